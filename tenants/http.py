"""Requests as the views see them once the middleware has run."""

from ipaddress import ip_address
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tenants.models import Membership, Tenant, User


class TenantRequest(HttpRequest):
    """A member's request: `tenant` is the one in use, `membership` says what the member may do there."""

    user: User
    tenant: Tenant
    membership: Membership
    htmx: HtmxDetails


def as_uuid(text: str) -> UUID:
    """Return the id that a form sent; an id that no row has for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def client_address(request: HttpRequest) -> str | None:
    """Return the client's network address; behind trusted proxies, the one they report."""
    found = request.META.get("REMOTE_ADDR", "")
    if count := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        reported = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        found = reported[-count] if len(reported) >= count else found
    try:
        return str(ip_address(found))
    except ValueError:
        return None
