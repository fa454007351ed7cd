"""The edges of the queues: `lives`, which hands sessions to workers, and the `chores` of this app."""

import logging
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_scopes import scopes_disabled
from huey import crontab
from huey.exceptions import CancelExecution

from livesessions.eventlog import retention
from livesessions.shows.voice_cache_warming import warm_show
from speech.errors import SpeechError, StoreError

PAUSE_S = 5  # in which other chores have their turn

logger = logging.getLogger(__name__)
lives = settings.QUEUES["lives"]
chores = settings.QUEUES["chores"]

_take: Callable[[str], None] | None = None


def register_worker(take: Callable[[str], None]) -> None:
    """Name the worker of this process: `take(session_id)` is called for every live that comes in."""
    global _take
    _take = take


@lives.task()  # type: ignore[untyped-decorator]
def run_live(session_id: str) -> None:
    """Hand a session to this process's worker; the live itself runs on the worker's event loop."""
    if _take is None:
        raise RuntimeError(
            "No worker takes lives in this process: consume this queue with `manage.py run_lives`."
        )
    _take(session_id)


# A lock that cannot be had in time ends a try; there is always a lull within the hour.
@chores.periodic_task(crontab(hour="3", minute="17"), retries=12, retry_delay=300)  # type: ignore[untyped-decorator]
def keep_event_log() -> None:
    """Make room for the months ahead, and let go of what is older than may be kept."""
    retention.keep_event_log(timezone.now())


@chores.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def keep_held_replies() -> None:
    """Let go of answers that wait on their rows alone, since the live that held them has lost them."""
    _renew_connection()
    with scopes_disabled():
        retention.expire_held_replies(timezone.now())


# After one, five and 25 minutes: a service or a store that is away may be back.
@chores.task(retries=3, retry_delay=60, retry_backoff=5)  # type: ignore[untyped-decorator]
def warm_lines(show_id: str, characters: int) -> None:
    """Have lines recorded that a show is sure to say, in as many parts as it takes."""
    _renew_connection()
    try:
        with scopes_disabled():
            left = warm_show(UUID(show_id), characters=characters)
    except (SpeechError, StoreError) as error:
        is_permanent = isinstance(error, SpeechError) and error.permanent
        logger.warning("lines not recorded: show=%s permanent=%s", show_id, is_permanent)
        raise CancelExecution(retry=False if is_permanent else None) from error
    if left:
        warm_lines.schedule(args=(show_id, left), delay=PAUSE_S)


def _renew_connection() -> None:
    """A consumer's thread lives long; a connection that broke in the meantime must not fail every chore."""
    if not connection.in_atomic_block:
        close_old_connections()
