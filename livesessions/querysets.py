from uuid import UUID

from livesessions.models import LiveSession
from tenants.models import Tenant


def latest_sessions(tenant: Tenant) -> dict[UUID, LiveSession]:
    """Return the newest live of each show, by the show's id. One query."""
    newest = LiveSession.objects.filter(tenant=tenant).order_by("show_id", "-created_at").distinct("show_id")
    return {session.show_id: session for session in newest}
