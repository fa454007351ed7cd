"""The page on which a plan is chosen."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.pages.access import account_in, money_page
from billing.pages.offers import interval_from, plan_offers
from billing.pages.plan_card import current_lookup_key
from tenants.http import TenantRequest


@require_safe
@money_page()
def plan_list(request: TenantRequest) -> HttpResponse:
    account = account_in(request)
    every = interval_from(request.GET.get("every", account.interval))
    plans = plan_offers(every, current=current_lookup_key(account))
    return render(request, "billing/plan_list.html", {"plans": plans, "every": str(every), "bills": True})
