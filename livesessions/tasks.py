"""The edges of the queues: `lives`, which hands sessions to workers, and the `chores` of this app."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from huey import crontab

from livesessions import retention

lives = settings.QUEUES["lives"]
chores = settings.QUEUES["chores"]

_take: Callable[[str], None] | None = None


def hand_lives_to(take: Callable[[str], None]) -> None:
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
