"""The edge between the `lives` queue and the worker that holds it."""

from collections.abc import Callable

from django.conf import settings

lives = settings.QUEUES["lives"]

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
