"""This app's chores."""

import logging
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django_scopes import scopes_disabled
from huey import crontab

from speech.services.lines import MEGABYTE, evict_lines
from speech.storage import delete_all_audio, delete_audio

logger = logging.getLogger(__name__)
chores = settings.QUEUES["chores"]


@chores.periodic_task(crontab(minute="*/10"))  # type: ignore[untyped-decorator]
def evict_old_lines() -> None:
    """Keep the lines that were paid for within the room that they have."""
    if not connection.in_atomic_block:
        close_old_connections()
    with scopes_disabled():
        gone = evict_lines(most_bytes=settings.AUDIO_CACHE_MAX_MB * MEGABYTE, delete_file=delete_audio)
    if gone:
        logger.info("lines let go: count=%d", gone)


@chores.task(retries=5, retry_delay=300)  # type: ignore[untyped-decorator]
def drop_lines(tenant: str) -> None:
    """Delete what a workspace that is gone has left in the object store."""
    delete_all_audio(UUID(tenant))
