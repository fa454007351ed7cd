"""The page of a workspace's company data."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.company.services import company_of, save_company
from billing.pages.access import account_in, money_page
from billing.pages.forms import CompanyForm
from billing.subscriptions.customers import push_company
from billing.subscriptions.errors import PaymentRefused, PaymentsUnavailable
from tenants.http import TenantRequest


@require_http_methods(["GET", "HEAD", "POST"])
@money_page()
def company_edit(request: TenantRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial=company_of(account_in(request)))
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form.cleaned_data)
        except PaymentRefused as refused:
            form.add_error("vat_id" if refused.code == "vat_id_refused" else None, refused.user_message)
        else:
            return redirect("billing:company_edit")
    context = {"form": form, "bills": True}
    return render(request, "billing/company_edit.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(request: TenantRequest, company: dict[str, str]) -> None:
    """Store the data here and at Stripe. What Stripe refuses is not stored here either."""
    save_company(tenant=request.tenant, company=company)
    try:
        push_company(request.tenant)
    except PaymentsUnavailable:
        # The next checkout sends it again.
        messages.warning(
            request, _("Saved here. The payment service does not answer; it gets the data later.")
        )
    else:
        messages.success(request, _("Saved. The next invoice is addressed like this."))
