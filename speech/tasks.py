"""Background jobs for stored clips."""

import logging
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django_scopes import scopes_disabled
from huey import crontab

from speech.services.clips import MEGABYTE, evict_clips
from speech.storage import delete_all_audio, delete_audio

logger = logging.getLogger(__name__)
background_jobs = settings.QUEUES["background"]


@background_jobs.periodic_task(crontab(minute="*/10"))  # type: ignore[untyped-decorator]
def evict_old_lines() -> None:
    """Delete the least recently used clips beyond the size limit."""
    if not connection.in_atomic_block:
        close_old_connections()
    with scopes_disabled():
        evicted = evict_clips(most_bytes=settings.AUDIO_CACHE_MAX_MB * MEGABYTE, delete_file=delete_audio)
    if evicted:
        logger.info("clips evicted: count=%d", evicted)


@background_jobs.task(retries=5, retry_delay=300)  # type: ignore[untyped-decorator]
def drop_lines(tenant: str) -> None:
    """Delete the stored clips of a deleted workspace."""
    delete_all_audio(UUID(tenant))
