"""Signals that ask the apps above about the uses of personas."""

from django.dispatch import Signal

# Arguments: tenant. A receiver returns a list of `RowUse`: all of the tenant's that it knows, by name.
persona_uses_asked = Signal()
