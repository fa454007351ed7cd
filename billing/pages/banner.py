"""The line above every page while a workspace's plan needs attention."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.pages.access import entitlements_in
from billing.pages.plan_card import why_text
from billing.plans.entitlements import AccountState, Entitlements, ReadOnlyReason
from tenants.models import Membership

ADMIN = Membership.Role.ADMIN
PAGES_OF_MONEY = "billing"


@dataclass(frozen=True, slots=True)
class Banner:
    """A sentence with a link to what helps. `level` is `info` or `attention`."""

    level: str
    text: str
    url: str = ""
    link: str = ""


def money_banner(request: HttpRequest) -> dict[str, Any]:
    """Return the banner for every template; nothing is read before a page shows it."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None or not settings.BILLING_ENABLED:
        return {}
    here = request.resolver_match.app_name if request.resolver_match else ""
    return {
        "money_banner": partial(_banner, request, membership, is_on_pages_of_money=here == PAGES_OF_MONEY)
    }


def _banner(request: Any, membership: Membership, *, is_on_pages_of_money: bool) -> Banner | None:
    banner = banner_for(entitlements_in(request), may_pay=membership.may_act_as(ADMIN))
    return None if banner and is_on_pages_of_money and banner.level == "info" else banner


def banner_for(found: Entitlements, *, may_pay: bool) -> Banner | None:
    """Return the banner of a state. Who may not pay is only told that the workspace can only be read."""
    if found.is_read_only:
        return _read_only(found) if may_pay else _for_others()
    days = found.days_left(timezone.now())
    if not may_pay or days is None:
        return None
    if found.state is AccountState.TRIAL:
        text = ngettext("Trial: %(days)d day left.", "Trial: %(days)d days left.", days) % {"days": days}
        return Banner("info", text, reverse("billing:plan_list"), _("Choose a plan"))
    text = ngettext(
        "The last payment failed. %(days)d day left until this workspace can only be read.",
        "The last payment failed. %(days)d days left until this workspace can only be read.",
        days,
    )
    return Banner("attention", text % {"days": days}, reverse("billing:usage"), _("Fix the payment"))


def _for_others() -> Banner:
    return Banner("attention", _("This workspace can only be read at the moment. Its owner can change that."))


def _read_only(found: Entitlements) -> Banner:
    if found.why is ReadOnlyReason.PAYMENT_OVERDUE:
        return Banner("attention", why_text(found.why), reverse("billing:usage"), _("Fix the payment"))
    return Banner("attention", why_text(found.why), reverse("billing:plan_list"), _("Choose a plan"))
