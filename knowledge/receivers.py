from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from knowledge.signals import source_changed
from knowledge.tasks import delete_originals, read_in_background
from tenants.models import Tenant


@receiver(source_changed)
def read_changed_source(tenant_id: UUID, source_id: UUID, **kwargs: Any) -> None:
    """Queue a source that is to be read."""
    read_in_background(str(tenant_id), str(source_id))


@receiver(post_delete, sender=Tenant)
def delete_files_of_tenant(instance: Tenant, **kwargs: Any) -> None:
    """Delete the originals of a deleted workspace."""
    transaction.on_commit(partial(delete_originals, str(instance.pk)), robust=True)
