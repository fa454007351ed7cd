from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from speech.tasks import drop_lines
from tenants.models import Tenant


@receiver(post_delete, sender=Tenant)
def forget_lines(instance: Tenant, **kwargs: Any) -> None:
    """What a workspace's host has said goes with it."""
    transaction.on_commit(partial(drop_lines, str(instance.pk)), robust=True)
