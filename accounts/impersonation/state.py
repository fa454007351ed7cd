"""A member of the staff looks at Vivavoce as a user sees it. docs/decisions/0020 says within which limits.

The log-in stays the staff's own: the middleware only shows each request another user, until the hour is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.second_factor import proved_second_factor
from tenants import audit
from tenants.http import as_uuid
from tenants.models import Membership, Tenant, User

SESSION_KEY = "impersonation"
MAX_LENGTH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Who looks, as whom, why, and until when."""

    staff: User
    user: User
    reason: str
    ends_at: datetime


def may_impersonate(request: HttpRequest, user: User) -> bool:
    """Return whether the request's user, a superuser with a second factor, may look as this user."""
    staff = request.user
    if not isinstance(staff, User) or not (staff.is_active and staff.is_superuser and staff.is_staff):
        return False
    if user.is_staff or user.is_superuser or not user.is_active:
        return False
    return proved_second_factor(request)


def start_impersonation(request: HttpRequest, user: User, reason: str) -> None:
    """Look as `user` from the next request on; recorded for the user's workspaces."""
    ends_at = timezone.now() + MAX_LENGTH
    request.session[SESSION_KEY] = {"user": str(user.id), "reason": reason, "ends_at": ends_at.isoformat()}
    for target in _recorded_for(user):
        audit.record("impersonation.started", target, label=user.email, detail={"reason": reason})


def end_impersonation(request: HttpRequest, user: User | None) -> None:
    """Show the staff their own pages again."""
    if request.session.pop(SESSION_KEY, None) and user is not None:
        for target in _recorded_for(user):
            audit.record("impersonation.ended", target, label=user.email)


def find_impersonation(request: HttpRequest) -> Impersonation | None:
    """Return the request's impersonation; end it when its hour is over or a right has been taken away."""
    stored: Any = request.session.get(SESSION_KEY)
    if stored is None:
        return None
    user = User.objects.filter(id=as_uuid(stored["user"])).first()
    ends_at = datetime.fromisoformat(stored["ends_at"])
    staff = request.user
    if user is None or ends_at <= timezone.now() or not may_impersonate(request, user):
        end_impersonation(request, user)
        return None
    assert isinstance(staff, User)  # noqa: S101  # for the type checker: `may_impersonate` has looked
    return Impersonation(staff, user, stored["reason"], ends_at)


def _recorded_for(user: User) -> list[User | Tenant]:
    """Return the objects of the entries: the person, for the installation, and each workspace of theirs."""
    memberships = Membership.objects.filter(user=user).select_related("tenant")
    return [user, *(membership.tenant for membership in memberships)]
