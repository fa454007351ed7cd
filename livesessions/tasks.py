"""The app's queued tasks: sessions for workers on the queue `lives`, background jobs on `background`."""

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
from livesessions.kill import index
from livesessions.shows.voice_cache_warming import warm_show
from livesessions.worker import leases
from speech.errors import SpeechError, StoreError

PAUSE_S = 5  # other background jobs run meanwhile

logger = logging.getLogger(__name__)
lives = settings.QUEUES["lives"]
background_jobs = settings.QUEUES["background"]

_submit: Callable[[str], None] | None = None


def register_worker(submit: Callable[[str], None]) -> None:
    """Register the worker of this process: `submit(session_id)` is called for every queued session."""
    global _submit
    _submit = submit


@lives.task()  # type: ignore[untyped-decorator]
def run_live(session_id: str) -> None:
    """Submit a session to this process's worker, which runs the live on its event loop."""
    if _submit is None:
        raise RuntimeError(
            "This process has no worker: consume the queue `lives` with `manage.py run_lives`."
        )
    _submit(session_id)


# A run fails when it cannot get a lock in time; within an hour of retries the lives are quiet enough.
@background_jobs.periodic_task(crontab(hour="3", minute="17"), retries=12, retry_delay=300)  # type: ignore[untyped-decorator]
def keep_event_log() -> None:
    """Create the event log's next partitions and delete expired data."""
    retention.maintain_event_log(timezone.now())


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def keep_held_replies() -> None:
    """Expire held replies whose live no longer holds them."""
    _renew_connection()
    with scopes_disabled():
        retention.expire_waiting_replies(timezone.now())


@background_jobs.periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def keep_emergency_links() -> None:
    """Store in Redis whose the emergency links are."""
    _renew_connection()
    index.store_all_links()


@background_jobs.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def keep_stopped_lives() -> None:
    """End the lives that were stopped and whose worker is gone."""
    end_stopped_lives.call_local()


@background_jobs.task()  # type: ignore[untyped-decorator]
def end_stopped_lives() -> None:
    """End the lives that must stop and that no worker holds any more; requested when a live is stopped."""
    _renew_connection()
    with scopes_disabled():
        for session_id in leases.end_stopped():
            leases.notify_consoles(session_id)


# After one, five and 25 minutes: an unreachable service or store may be back.
@background_jobs.task(retries=3, retry_delay=60, retry_backoff=5)  # type: ignore[untyped-decorator]
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
    """Close broken database connections: the consumer's thread is long-lived and would reuse them."""
    if not connection.in_atomic_block:
        close_old_connections()
