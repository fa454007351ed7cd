"""The page of a workspace's company data."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.company.services import company_of, save_company
from billing.pages.access import money_page
from billing.pages.forms import CompanyForm
from billing.plans.entitlements import account_of
from tenants.http import TenantRequest


@require_http_methods(["GET", "HEAD", "POST"])
@money_page()
def company_edit(request: TenantRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial=company_of(account_of(request.tenant.id)))
    if request.method == "POST" and form.is_valid():
        save_company(tenant=request.tenant, company=form.cleaned_data)
        messages.success(request, _("Saved. The next invoice is addressed like this."))
        return redirect("billing:company_edit")
    context = {"form": form, "bills": True}
    return render(request, "billing/company_edit.html", context, status=422 if form.errors else 200)
