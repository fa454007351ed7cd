"""What the settings of voices tell the apps above them."""

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

# Arguments: tenant_id. Sent when a voice, a key or a word was changed and that is stored.
voices_changed = Signal()


def send_voices_changed_on_commit(tenant_id: UUID) -> None:
    """Tell it when this transaction is through."""
    transaction.on_commit(lambda: send_voices_changed(tenant_id))


def send_voices_changed(tenant_id: UUID) -> None:
    voices_changed.send(sender=None, tenant_id=tenant_id)
