"""What voices send to, and ask of, the apps above."""

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

# Arguments: tenant. A receiver returns a list of `RowUse`: all of the tenant's that it knows, by name.
voice_uses_asked = Signal()

# Arguments: tenant_id. Sent after the commit of a changed voice, key or pronunciation.
voices_changed = Signal()


def send_voices_changed_on_commit(tenant_id: UUID) -> None:
    """Send `voices_changed` when the current transaction commits."""
    transaction.on_commit(lambda: send_voices_changed(tenant_id))


def send_voices_changed(tenant_id: UUID) -> None:
    voices_changed.send(sender=None, tenant_id=tenant_id)
