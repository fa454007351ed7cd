from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.plans.entitlements import Entitlements, workspaces_of
from chatsources.events import EventKind
from livesessions.models.events import SHOWN, ChatEvent
from livesessions.models.plans import Segment
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.reply.approvals import HELD_FOR_S
from moderation.querysets import viewer_roles_of
from tenants.models import Tenant


def latest_sessions(tenant: Tenant) -> dict[UUID, LiveSession]:
    """Return the newest live of each show, by the show's id. One query."""
    newest = LiveSession.objects.filter(tenant=tenant).order_by("show_id", "-created_at").distinct("show_id")
    return {session.show_id: session for session in newest}


def lives_on_air(entitlements: Entitlements) -> int:
    """Return how many lives were started, and have not ended, in all workspaces that share a plan."""
    with scopes_disabled():
        lives = LiveSession.objects.filter(tenant__in=workspaces_of(entitlements.payer_id))
        started: int = lives.filter(start_requested_at__isnull=False).exclude(status="ended").count()
    return started


def held_replies(session: LiveSession) -> QuerySet[Reply]:
    """Return the replies that wait for approval, oldest first."""
    since = timezone.now() - timedelta(seconds=HELD_FOR_S)
    held = Reply.objects.filter(session=session, created_at__gt=since, status=Reply.Status.HELD)
    return held.order_by("created_at")


def viewer_roles_by_session(session_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the viewers' roles, by viewer hash, for each session. One query, and one for each tenant."""
    tenants = dict(LiveSession.objects.filter(id__in=set(session_ids)).values_list("id", "tenant_id"))
    roles = {tenant_id: viewer_roles_of(tenant_id) for tenant_id in set(tenants.values())}
    return {session_id: roles[tenant_id] for session_id, tenant_id in tenants.items()}


def plan_length_s(show: Show) -> int:
    """Return the length of a show's plan in seconds; 0 without a plan."""
    total: int | None = Segment.objects.filter(show=show).aggregate(total=Sum("duration_s"))["total"]
    return total or 0


def replies_of(session: LiveSession, *, before: tuple[datetime, UUID] | None = None) -> QuerySet[Reply]:
    """Return a live's replies, newest first; with `before`, only those that are older than that row."""
    replies = Reply.objects.filter(session=session).select_related("session")
    if before is not None:
        at, reply_id = before
        older = Q(created_at__lt=at) | Q(created_at=at, id__lt=reply_id)
        replies = replies.filter(older, created_at__lte=at)  # the second lets PostgreSQL search the index
    return replies.order_by("-created_at", "-id")


def without_deleted_quotes(session: LiveSession, replies: Sequence[Reply]) -> list[Reply]:
    """Return replies, unsaved, without the texts and names of messages that moderators have deleted."""
    quoted = {reply.trigger_source_id for reply in replies} - {""}
    events = ChatEvent.objects.filter(session=session, session_month=session.log_month, deleted=True)
    deleted = set(events.filter(source_id__in=quoted).values_list("source_id", flat=True))
    for reply in replies:
        if reply.trigger_source_id in deleted:
            reply.trigger_text = reply.trigger_viewer_name = ""
    return list(replies)


def console_events(
    session: LiveSession, *, after: int = 0, since: datetime | None = None
) -> QuerySet[ChatEvent]:
    """Return the events that the console shows, in the order in which they were recorded, oldest first.

    `after` is the key of the last event read; `since` a time before which nothing is returned.
    """
    events = ChatEvent.objects.filter(SHOWN, session=session, session_month=session.log_month, id__gt=after)
    return (events.filter(occurred_at__gte=since) if since else events).order_by("id")


@dataclass(frozen=True, slots=True)
class Gifter:
    """What a viewer has given in a live. `event`: the `source_id` of one of the gifts, which has the name."""

    viewer: str
    gifts: int
    diamonds: int
    event: str


def gifters_of(session: LiveSession, *, most: int | None = None) -> list[Gifter]:
    """Return the known viewers who gave gifts in a live, the most diamonds first. Two queries.

    A streak counts with its largest total; a gift without a streak's id when it is closed.
    """
    gifts = ChatEvent.objects.filter(
        session=session, session_month=session.log_month, kind=EventKind.GIFT
    ).exclude(viewer_hash="")
    streaks = gifts.exclude(streak_id="").values("viewer_hash", "gift_id", "streak_id")
    others = gifts.filter(streak_id="", streak_open=False).values("viewer_hash", "gift_id")
    rows = [
        *streaks.annotate(given=Max("count"), price=Max("diamonds"), event=Max("source_id")).order_by(),
        *others.annotate(given=Sum("count"), price=Max("diamonds"), event=Max("source_id")).order_by(),
    ]
    found: dict[str, Gifter] = {}
    for row in rows:
        before = found.get(row["viewer_hash"], Gifter(row["viewer_hash"], 0, 0, ""))
        found[before.viewer] = Gifter(
            before.viewer,
            before.gifts + row["given"],
            before.diamonds + row["given"] * row["price"],
            row["event"],
        )
    return sorted(found.values(), key=lambda each: (-each.diamonds, -each.gifts, each.viewer))[:most]


def names_of_gifters(session: LiveSession, events: Iterable[str]) -> dict[str, str]:
    """Return the viewers' names by the `source_id` of their gifts; empty where it was erased. One query."""
    gifts = ChatEvent.objects.filter(
        session=session, session_month=session.log_month, source_id__in=list(events)
    )
    return dict(gifts.values_list("source_id", "viewer_name"))
