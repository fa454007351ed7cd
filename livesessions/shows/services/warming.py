import logging
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from livesessions.tasks import warm_lines
from providers.redis import sync_redis

logger = logging.getLogger(__name__)

GATHERED_S = 60  # what is saved again and again is recorded once


def warm_once_stored(show_id: UUID) -> None:
    """Have what a show's host is sure to say recorded, a minute after this transaction."""
    transaction.on_commit(lambda: warm_soon([show_id]))


def warm_soon(show_ids: Iterable[UUID]) -> None:
    """Have lines recorded in a minute; what that minute still changes is in it."""
    characters = settings.AUDIO_CACHE_WARM_CHARACTERS
    if not characters:
        return
    try:
        for show_id in show_ids:
            if sync_redis().set(f"livesessions:warming:{show_id}", 1, nx=True, ex=GATHERED_S):
                # Not before the key is gone, or a change between the two would be nobody's.
                warm_lines.schedule(args=(str(show_id), characters), delay=GATHERED_S + 1)
    except (RedisError, OSError):
        logger.warning("redis unreachable: lines not recorded ahead")
