"""The page on which a plan is chosen."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.pages.access import money_page
from billing.pages.offers import interval_from, plan_offers
from billing.pages.plan_card import current_lookup_key
from billing.plans.entitlements import account_of
from tenants.http import TenantRequest


@require_safe
@money_page()
def plan_list(request: TenantRequest) -> HttpResponse:
    account = account_of(request.tenant.id)
    every = interval_from(request.GET.get("every", account.interval))
    plans = plan_offers(every, current=current_lookup_key(account))
    return render(request, "billing/plan_list.html", {"plans": plans, "every": str(every), "bills": True})
