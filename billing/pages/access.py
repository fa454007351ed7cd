"""The door of the pages of money: owners and admins only, and only where the installation bills.

What a page and its banner ask of the account is read once a request.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone

from billing.models.account import BillingAccount
from billing.plans.entitlements import Entitlements, account_of, entitlements_from, self_hosted
from tenants.access import P, View, member_required
from tenants.http import TenantRequest
from tenants.models import Membership


def account_in(request: TenantRequest) -> BillingAccount:
    """Return the account of the request's workspace as it was when the request asked first."""
    found: BillingAccount | None = getattr(request, "_billing_account", None)
    if found is None:
        found = account_of(request.tenant.id)
        request._billing_account = found  # type: ignore[attr-defined]  # a cache of this module
    return found


def entitlements_in(request: TenantRequest) -> Entitlements:
    """Return what the request's workspace may do now. One query a request; none without billing."""
    if not settings.BILLING_ENABLED:
        return self_hosted(request.tenant.id)
    return entitlements_from(account_in(request), now=timezone.now())


def money_page(*, is_without_billing: bool = False) -> Callable[[View[P]], Callable[..., Any]]:
    """Make a view a page of money, in the time zone of the workspace.

    Without billing it answers 404, unless it `is_without_billing` too.
    """

    def decorate(view: View[P]) -> Callable[..., Any]:
        @wraps(view)
        def wrapper(request: TenantRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not settings.BILLING_ENABLED and not is_without_billing:
                raise Http404("Nothing is sold on this installation.")
            with timezone.override(request.tenant.time_zone):
                return view(request, *args, **kwargs)

        guarded = member_required(Membership.Role.ADMIN)
        return guarded(wrapper)  # type: ignore[arg-type]  # `wraps` names the first argument

    return decorate
