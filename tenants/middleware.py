from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_scopes import scope

from tenants.models import ApiToken, Membership
from tenants.services import find_api_token

SESSION_KEY = "tenant"


class TenantMiddleware:
    """Finds out which tenant a request is for, and opens its scope.

    A log-in session brings `request.tenant` and `request.membership`; an API token brings `request.tenant`
    and `request.api_token`. Without either no scope is open, and a tenant-owned query raises.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        membership = _membership_of(request)
        token = _token_of(request)
        tenant = token.tenant if token else membership.tenant if membership else None
        request.tenant = tenant  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        request.api_token = token  # type: ignore[attr-defined]
        if tenant is None:
            return self.get_response(request)
        with scope(tenant=tenant):
            return self.get_response(request)


def _membership_of(request: HttpRequest) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("tenant").order_by("created_at")
    chosen = request.session.get(SESSION_KEY)
    return (memberships.filter(tenant=chosen).first() if chosen else None) or memberships.first()


def _token_of(request: HttpRequest) -> ApiToken | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    return find_api_token(key=key.strip()) if kind.lower() == "bearer" else None
