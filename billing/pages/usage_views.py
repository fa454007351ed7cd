"""The page of a workspace's plan and usage, and its own limit per live."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.company.services import save_live_cap
from billing.models.account import BillingAccount
from billing.pages.access import account_in, entitlements_in, money_page
from billing.pages.costs import lives_since
from billing.pages.forms import MICRO, SpendCapForm
from billing.pages.offers import add_on_offers, pack_offers
from billing.pages.plan_card import plan_card
from billing.pages.usage import usage_of
from billing.plans.catalogue import Interval
from tenants.http import TenantRequest


@require_safe
@money_page(is_without_billing=True)
def usage(request: TenantRequest) -> HttpResponse:
    account = account_in(request)
    return _usage(request, account, _cap_form(account))


@require_POST
@money_page(is_without_billing=True)
def cap_save(request: TenantRequest) -> HttpResponse:
    form = SpendCapForm(request.POST)
    if not form.is_valid():
        return _usage(request, account_in(request), form, status=422)
    save_live_cap(tenant=request.tenant, micro_eur=form.micro_eur)
    messages.success(request, _("Saved. The limit applies to the next live."))
    return redirect("billing:usage")


def _cap_form(account: BillingAccount) -> SpendCapForm:
    cap = account.live_cap_micro_eur
    shown = None if cap is None else (Decimal(cap) / MICRO).quantize(Decimal("0.01"))
    return SpendCapForm(initial={"cap_eur": shown})


def _usage(
    request: TenantRequest, account: BillingAccount, cap_form: SpendCapForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    found = entitlements_in(request)
    usage = usage_of(request.tenant, found, now=now)
    context: dict[str, Any] = {
        "bills": settings.BILLING_ENABLED,
        "cap_form": cap_form,
        "usage": usage,
        "lives": lives_since(request.tenant, usage.start),
    }
    if settings.BILLING_ENABLED:
        plan = plan_card(account, found, now=now)
        context |= {
            "plan": plan,
            "may_buy": not plan.is_paid_by_other,
            "packs": pack_offers(),
            "add_ons": add_on_offers(Interval(account.interval), account.add_ons),
        }
    return render(request, "billing/usage.html", context, status=status)
