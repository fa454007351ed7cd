from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.impersonation.state import Impersonation, find_impersonation
from tenants import audit
from tenants.acting import Actor, acting_as
from tenants.devices import device_of
from tenants.http import shortened_address
from tenants.models import AuditEntry, Membership

# Pages of the person, not of the work: log-in, addresses, password, second factor, devices.
OWN_PAGES = ("/account/", "/accounts/", "/workspaces/", "/invitations/")
READS = ("GET", "HEAD", "OPTIONS")


class ImpersonationMiddleware:
    """Shows a request the user whom the staff looks as, and records each of these requests.

    It only reads: every other method is refused, and the person's own pages too. It stands before
    `TenantMiddleware`, so that the user's membership decides what is seen.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = None if "Authorization" in request.headers else find_impersonation(request)
        request.impersonation = found  # type: ignore[attr-defined]
        own_site = (f"/{settings.STAFF_PATH}/", reverse("impersonation_end"))
        if found is None or request.path.startswith(own_site):
            return self.get_response(request)
        request.user = found.user
        _record_request(request, found)
        if request.method not in READS or request.path.startswith(OWN_PAGES):
            return render(request, "accounts/impersonation_refused.html", status=403)
        return self.get_response(request)


def _record_request(request: HttpRequest, found: Impersonation) -> None:
    actor = Actor(
        AuditEntry.ActorKind.STAFF,
        found.staff.id,
        address=shortened_address(request),
        device=device_of(request),
    )
    membership = Membership.objects.filter(user=found.user).select_related("tenant").first()
    with acting_as(actor):
        audit.record(
            "impersonation.request",
            membership.tenant if membership else found.user,
            label=found.user.email,
            detail={"method": request.method, "path": request.path[:200], "reason": found.reason},
        )
