"""Background jobs of knowledge. Each loads its row by id and may come late, twice or never."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab

from knowledge.models import Source
from knowledge.services.reading import read_source
from knowledge.services.sources import STORAGE
from providers.object_store import TenantObjects

background_jobs = settings.QUEUES["background"]
# A job that has not written its progress for so long was lost with its process.
LOST_AFTER = timedelta(minutes=5)


@background_jobs.task()  # type: ignore[untyped-decorator]
def read_in_background(tenant_id: str, source_id: str) -> None:
    """Read a source that has a new content."""
    if not connection.in_atomic_block:
        close_old_connections()
    with scopes_disabled():
        read_source(UUID(tenant_id), UUID(source_id))


@background_jobs.periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def read_lost_sources() -> None:
    """Read the sources whose job was lost, such as with a killed process."""
    unread = [Source.Status.PENDING, Source.Status.PROCESSING]
    with scopes_disabled():
        lost = Source.objects.filter(status__in=unread, changed_at__lt=timezone.now() - LOST_AFTER)
        for tenant_id, source_id in lost.values_list("tenant_id", "id")[:100]:
            read_in_background(str(tenant_id), str(source_id))


@background_jobs.task(retries=5, retry_delay=300)  # type: ignore[untyped-decorator]
def delete_originals(tenant_id: str) -> None:
    """Delete the originals of a deleted workspace."""
    TenantObjects(STORAGE, UUID(tenant_id)).delete_all()
