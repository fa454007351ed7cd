"""The type of requests after the middleware, and helpers to read them."""

from ipaddress import ip_address, ip_network
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tenants.models import Membership, Tenant, User


class TenantRequest(HttpRequest):
    """A member's request: `tenant` is the current one, `membership` the member's role in it."""

    user: User
    tenant: Tenant
    membership: Membership
    htmx: HtmxDetails


def as_uuid(text: str) -> UUID:
    """Return the UUID of a form's text; for an invalid text, a UUID that no row has."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def client_address(request: HttpRequest) -> str | None:
    """Return the client's network address; behind trusted proxies, the address that they report."""
    found = request.META.get("REMOTE_ADDR", "")
    if count := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        reported = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        found = reported[-count] if len(reported) >= count else found
    try:
        return str(ip_address(found))
    except ValueError:
        return None


def shortened_address(request: HttpRequest) -> str | None:
    """Return the network of the client's address: without its last 8 bits, of IPv6 without its last 80."""
    found = client_address(request)
    if found is None:
        return None
    prefix = 24 if ip_address(found).version == 4 else 48
    return str(ip_network((found, prefix), strict=False).network_address)


def public_address(request: HttpRequest, path: str) -> str:
    """Return the public URL of one of the site's paths, for mails."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
    return request.build_absolute_uri(path)
