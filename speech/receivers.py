from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from providers.models import Credential
from providers.signals import credential_changed
from speech.signals import send_voices_changed
from speech.tasks import drop_lines
from tenants.models import Tenant


@receiver(post_delete, sender=Tenant)
def delete_clips(instance: Tenant, **kwargs: Any) -> None:
    """Delete the stored clips of a deleted workspace."""
    transaction.on_commit(partial(drop_lines, str(instance.pk)), robust=True)


@receiver(credential_changed)
def pass_on_voice_keys(tenant_id: UUID, kind: str, **kwargs: Any) -> None:
    """Report a changed voice key as a change of voices: its shows sound different."""
    if kind == Credential.Kind.VOICE:
        send_voices_changed(tenant_id)
