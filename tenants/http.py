"""Requests as the views see them once the middleware has run."""

from uuid import UUID

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
