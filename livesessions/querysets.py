from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

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
