"""The last lives with their key figures, for the home page and a show's overview."""

from dataclasses import dataclass

from django.db.models import Count, Q

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant

SHOWN = 5


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """An ended live: its length in minutes, the messages that were read, and the replies that were said."""

    live: LiveSession
    minutes: int
    messages: int
    replies: int


def last_lives(tenant: Tenant, *, show: Show | None = None) -> list[LiveFigures]:
    """Return the last ended lives that were on air, the newest first; of one show or all. One query."""
    lives = LiveSession.objects.filter(
        tenant=tenant, status=LiveSession.Status.ENDED, started_at__isnull=False, ended_at__isnull=False
    )
    if show is not None:
        lives = lives.filter(show=show)
    newest = lives.order_by("-created_at").values("id")[:SHOWN]
    spoken = Count("replies", filter=Q(replies__status=Reply.Status.SPOKEN))
    rows = LiveSession.objects.filter(id__in=newest).select_related("show").annotate(spoken=spoken)
    return [_figures(live, live.spoken) for live in rows.order_by("-created_at")]


def _figures(live: LiveSession, replies: int) -> LiveFigures:
    assert live.started_at is not None  # noqa: S101 - the query asks for both
    assert live.ended_at is not None  # noqa: S101
    minutes = round((live.ended_at - live.started_at).total_seconds() / 60)
    return LiveFigures(live, max(1, minutes), live.counts.get("decoded", 0), replies)
