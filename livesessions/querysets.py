from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from livesessions.models import LiveSession, Segment, Show
from moderation.querysets import standings_of
from tenants.models import Tenant


def latest_sessions(tenant: Tenant) -> dict[UUID, LiveSession]:
    """Return the newest live of each show, by the show's id. One query."""
    newest = LiveSession.objects.filter(tenant=tenant).order_by("show_id", "-created_at").distinct("show_id")
    return {session.show_id: session for session in newest}


def standings_of_lives(session_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return what the tenants of some lives have decided about viewers. One query, and one a tenant."""
    tenants = dict(LiveSession.objects.filter(id__in=set(session_ids)).values_list("id", "tenant_id"))
    rules = {tenant_id: standings_of(tenant_id) for tenant_id in set(tenants.values())}
    return {session_id: rules[tenant_id] for session_id, tenant_id in tenants.items()}


def shows_by_persona(tenant: Tenant) -> dict[UUID, list[Show]]:
    """Return the shows that each persona hosts, by the persona's id. One query."""
    hosted: dict[UUID, list[Show]] = {}
    for show in Show.objects.filter(tenant=tenant).order_by("name"):
        hosted.setdefault(show.persona_id, []).append(show)
    return hosted


def plan_length_s(show: Show) -> int:
    """Return how long a show's plan is; 0 without one."""
    total: int | None = Segment.objects.filter(show=show).aggregate(total=Sum("duration_s"))["total"]
    return total or 0
