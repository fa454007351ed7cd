"""Signals of knowledge."""

from django.dispatch import Signal

# Arguments: tenant_id, source_id. A source has a new content, which is to be read. Sent after the commit.
source_changed = Signal()
