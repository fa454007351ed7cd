from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from livesessions.models.replies import Reply, ReplyAudio
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant

LIVES_A_PAGE = 30
REPLIES_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class ReportCursor:
    """The time and the id of the last row of a page, as a page's address carries it."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"

    @classmethod
    def parse(cls, text: str) -> "ReportCursor | None":
        """Return the cursor of an address; None for an empty or invalid one."""
        at, _separator, row_id = text.partition("_")
        try:
            cursor = cls(datetime.fromisoformat(at), UUID(row_id))
        except ValueError:
            return None
        return cursor if cursor.at.tzinfo is not None else None


def page_of_lives(
    tenant: Tenant, *, show_id: UUID | None, before: ReportCursor | None
) -> tuple[list[LiveSession], ReportCursor | None]:
    """Return a page of the lives that were started, the newest first, and the cursor of the next page."""
    lives = LiveSession.objects.filter(tenant=tenant, started_at__isnull=False)
    if show_id is not None:
        lives = lives.filter(show_id=show_id)
    if before is not None:
        same_moment = Q(started_at=before.at, id__lt=before.id)
        # The first condition follows from the second; it lets PostgreSQL search the index.
        lives = lives.filter(started_at__lte=before.at).filter(Q(started_at__lt=before.at) | same_moment)
    rows = list(lives.select_related("show", "summary").order_by("-started_at", "-id")[: LIVES_A_PAGE + 1])
    page = rows[:LIVES_A_PAGE]
    last = page[-1] if len(rows) > len(page) else None
    return page, ReportCursor(last.started_at, last.id) if last and last.started_at else None


def page_of_replies(
    session: LiveSession, after: ReportCursor | None
) -> tuple[list[Reply], ReportCursor | None]:
    """Return a page of a live's replies, oldest first, and the cursor of the next page."""
    replies = Reply.objects.filter(session=session).defer("score")
    if after is not None:
        same_moment = Q(created_at=after.at, id__gt=after.id)
        replies = replies.filter(created_at__gte=after.at).filter(Q(created_at__gt=after.at) | same_moment)
    rows = list(replies.order_by("created_at", "id")[: REPLIES_A_PAGE + 1])
    page = rows[:REPLIES_A_PAGE]
    last = page[-1] if len(rows) > len(page) else None
    return page, ReportCursor(last.created_at, last.id) if last else None


def audible_ids(replies: Iterable[Reply]) -> set[UUID]:
    """Return the ids of the replies whose audio is kept. One query."""
    kept = ReplyAudio.objects.filter(reply_id__in=[reply.id for reply in replies])
    return set(kept.values_list("reply_id", flat=True))
