"""The door of the pages of money: owners and admins only, and only where the installation bills."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone

from tenants.access import P, View, member_required
from tenants.http import TenantRequest
from tenants.models import Membership


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
