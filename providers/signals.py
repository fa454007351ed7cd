"""Signals that this app sends to the apps above it."""

from django.dispatch import Signal

# Arguments: tenant_id, kind, provider. Sent when a credential was saved or deleted and that is committed.
credential_changed = Signal()
