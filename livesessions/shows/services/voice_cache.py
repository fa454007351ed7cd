import logging
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from livesessions.tasks import warm_lines
from providers.redis import sync_redis

logger = logging.getLogger(__name__)

DEBOUNCE_S = 60  # several changes in a row are recorded once


def warm_on_commit(show_id: UUID) -> None:
    """Queue the recording of a show's recurring lines after this transaction."""
    transaction.on_commit(lambda: warm_shows([show_id]))


def warm_shows(show_ids: Iterable[UUID]) -> None:
    """Queue the recording of the shows' recurring lines; it starts `DEBOUNCE_S` later."""
    characters = settings.AUDIO_CACHE_WARM_CHARACTERS
    if not characters:
        return
    try:
        for show_id in show_ids:
            if sync_redis().set(f"livesessions:warming:{show_id}", 1, nx=True, ex=DEBOUNCE_S):
                # Not before the key has expired: a change between the two would be lost.
                warm_lines.schedule(args=(str(show_id), characters), delay=DEBOUNCE_S + 1)
    except (RedisError, OSError):
        logger.warning("redis unreachable: recurring lines not recorded")
