"""The pages on which a workspace buys: an offer with its price, and the return from Stripe's Checkout."""

import re
from contextlib import suppress
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.pages.access import account_in, money_page
from billing.pages.plan_card import is_subscribed
from billing.pages.purchases import Purchase, plan_key_of, purchase_of, quote, sealed_moment
from billing.plans.entitlements import account_of
from billing.subscriptions.changes import change_plan
from billing.subscriptions.checkout import SESSION_ID, start_checkout
from billing.subscriptions.refresh import refresh_tenant
from tenants.errors import AppError
from tenants.http import TenantRequest, public_address

SESSION: Final = re.compile(r"cs_\w{4,200}", re.ASCII)
# A webhook needs some seconds. After so many looks the page says that it is late, and looks less often.
LOOKS_IN_TIME: Final = 10
LOOK_EVERY_S, LOOK_LATE_EVERY_S = 2, 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@money_page()
def offer(request: TenantRequest, lookup_key: str) -> HttpResponse:
    account = account_in(request)
    purchase = purchase_of(account, lookup_key, _quantity(request))
    if purchase is None:
        raise Http404("This is not on sale.")
    if account.paid_by_id is not None or (purchase.is_add_on and not is_subscribed(account)):
        messages.info(request, _("Add-ons belong to a plan. Choose one first."))
        return redirect("billing:plan_list")
    if request.method != "POST":
        return _offer(request, account, purchase)
    try:
        return _buy(request, account, purchase)
    except AppError as error:
        return _offer(request, account, purchase, error=error)


def _quantity(request: TenantRequest) -> int | None:
    typed = request.GET.get("quantity", "")
    return int(typed) if typed.isdecimal() and len(typed) < 4 else None


def _buy(request: TenantRequest, account: BillingAccount, purchase: Purchase) -> HttpResponse:
    if purchase.to_checkout:
        back = reverse("billing:checkout_return", args=[purchase.lookup_key])
        address = start_checkout(
            request.tenant,
            purchase.lookup_key,
            success_url=f"{public_address(request, back)}?session={SESSION_ID}",
            cancel_url=public_address(request, reverse("billing:checkout_cancelled")),
        )
        return HttpResponse(status=303, headers={"Location": address})
    at = sealed_moment(request.tenant, purchase, request.POST.get("seal", ""))
    if at is None:
        raise AppError(_("The amount was computed again. Look at it, then confirm."), status=422)
    change_plan(request.tenant, plan_key_of(account, purchase), add_ons=purchase.add_ons, at=at)
    messages.success(request, _("Changed. It applies at once."))
    return redirect("billing:usage")


def _offer(
    request: TenantRequest, account: BillingAccount, purchase: Purchase, *, error: AppError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"offer": purchase, "bills": True, "quantity": purchase.quantity}
    try:
        context["quote"] = quote(request.tenant, account, purchase)
    except AppError as unanswered:
        error = error or unanswered
    context["error"] = error.user_message if error else ""
    return render(request, "billing/offer.html", context, status=error.status if error else 200)


@never_cache
@require_safe
@money_page()
def checkout_return(request: TenantRequest, lookup_key: str) -> HttpResponse:
    """Wait for the webhook that confirms a purchase; htmx and the page's link ask again and again."""
    purchase = purchase_of(account_of(request.tenant.id), lookup_key, None)
    if purchase is None:
        raise Http404("This is not on sale.")
    session, looks = request.GET.get("session", ""), _looks(request)
    is_late, is_done = looks >= LOOKS_IN_TIME, _has_arrived(request, purchase, session)
    if is_late and not is_done:
        with suppress(AppError):  # Stripe is asked itself; what it cannot say now the next look asks again
            refresh_tenant(request.tenant)
        is_done = _has_arrived(request, purchase, session)
    context: dict[str, Any] = {
        "bills": True,
        "state": "done" if is_done else "late" if is_late else "waiting",
        "delay": LOOK_LATE_EVERY_S if is_late else LOOK_EVERY_S,
        "again": f"{request.path}?{urlencode([('session', session), ('looks', str(looks + 1))])}",
        "bought": purchase.title,
        "is_plan": purchase.is_plan,
    }
    part = "#progress" if request.htmx else ""
    return render(request, f"billing/checkout_return.html{part}", context)


def _looks(request: TenantRequest) -> int:
    typed = request.GET.get("looks", "")
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 0


def _has_arrived(request: TenantRequest, purchase: Purchase, session: str) -> bool:
    """Return whether the plan is active, or the pack of this session is in the ledger."""
    if purchase.is_plan:
        account = account_of(request.tenant.id)
        return account.state == BillingAccount.State.ACTIVE and account.plan == purchase.sold.key
    if not SESSION.fullmatch(session):
        return False
    return Grant.objects.filter(tenant=request.tenant, key__startswith=f"{session}:").exists()


@require_safe
@money_page()
def checkout_cancelled(request: TenantRequest) -> HttpResponse:
    return render(request, "billing/checkout_cancelled.html", {"bills": True})
