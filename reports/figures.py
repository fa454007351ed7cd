"""The key figures of one live, of a running one as they are now."""

from typing import Any

from django.utils import timezone

from chatsources.events import EventKind
from livesessions.models.sessions import LiveSession
from reports.summary.services import compute_summary, summary_of
from reports.summary.timeline import events_of

# The fields of a summary that the REST API returns.
COUNTED = (
    "length_s",
    "messages",
    "writers",
    "peak_viewers",
    "replies",
    "heard_replies",
    "gifts",
    "diamonds",
    "follows",
    "shares",
    "subscriptions",
    "likes",
    "blocked_messages",
    "blocked_replies",
    "median_wait_ms",
)


def figures_of(session: LiveSession) -> dict[str, Any]:
    """Return the figures of a live, and how many viewers it has now; of an ended one the stored figures."""
    if not session.is_open:
        summary, viewers = summary_of(session), None
    else:
        summary, viewers = compute_summary(session, until=timezone.now()), _viewers_now(session)
    return {"viewers": viewers, **{name: getattr(summary, name) for name in COUNTED}}


def _viewers_now(session: LiveSession) -> int | None:
    reported = events_of(session).filter(kind=EventKind.VIEWERS).order_by("-occurred_at", "-id")
    count: int | None = reported.values_list("count", flat=True).first()
    return count
