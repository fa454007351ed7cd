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
def forget_lines(instance: Tenant, **kwargs: Any) -> None:
    """What a workspace's host has said goes with it."""
    transaction.on_commit(partial(drop_lines, str(instance.pk)), robust=True)


@receiver(credential_changed)
def pass_on_voice_keys(tenant_id: UUID, kind: str, **kwargs: Any) -> None:
    """A workspace's key for a provider of voices changes how its shows sound."""
    if kind == Credential.Kind.VOICE:
        send_voices_changed(tenant_id)
