from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_scopes import scope

from tenants.acting import Actor, acting_as
from tenants.devices import device_of
from tenants.http import shortened_address
from tenants.models import ApiToken, AuditEntry, Membership, User
from tenants.services import find_api_token

SESSION_KEY = "tenant"


class TenantMiddleware:
    """Sets the tenant of a request and opens its scope.

    - With a log-in session: `request.tenant` and `request.membership`.
    - With an API token: the same for the user who created it, and `request.api_token`. A cookie in the same
      request is ignored, so that one tenant's rights never apply to another tenant's rows.
    - With neither: no scope is open, and a tenant-owned query raises.

    The audit log attributes the request's changes to its user or token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _bearer_key_of(request)
        token = find_api_token(key=key) if key is not None else None
        if key is not None:
            request.user = AnonymousUser()
        membership = _membership_of_token(token) if token else _membership_of_session(request)
        request.api_token = token  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        request.tenant = membership.tenant if membership else None  # type: ignore[attr-defined]
        with acting_as(_actor_of(request, token)):
            if membership is None:
                return self.get_response(request)
            with scope(tenant=membership.tenant):
                return self.get_response(request)


def _actor_of(request: HttpRequest, token: ApiToken | None) -> Actor:
    kind, address, device = AuditEntry.ActorKind, shortened_address(request), device_of(request)
    if token is not None:
        return Actor(kind.TOKEN, token.created_by_id, token.id, token.name, address, device)
    if not isinstance(request.user, User):
        return Actor(kind.SYSTEM, address=address, device=device)
    if found := getattr(request, "impersonation", None):
        return Actor(kind.STAFF, found.staff.id, address=address, device=device)
    in_admin = request.path.startswith(reverse("admin:index"))
    who = kind.STAFF if in_admin else kind.USER
    return Actor(who, request.user.id, address=address, device=device)


def _bearer_key_of(request: HttpRequest) -> str | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def _membership_of_token(token: ApiToken) -> Membership | None:
    memberships = Membership.objects.select_related("tenant")
    return memberships.filter(tenant=token.tenant_id, user=token.created_by_id).first()


def _membership_of_session(request: HttpRequest) -> Membership | None:
    if not isinstance(request.user, User):
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("tenant").order_by("created_at")
    chosen = request.session.get(SESSION_KEY)
    return (memberships.filter(tenant=chosen).first() if chosen else None) or memberships.first()
