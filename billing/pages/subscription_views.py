"""The commands and pages of a running subscription: cancel, resume, Stripe's portal, and invoices."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.pages.access import money_page
from billing.pages.plan_card import day_text
from billing.pages.words import money_text
from billing.plans.entitlements import account_of
from billing.subscriptions.changes import cancel, resume
from billing.subscriptions.invoices import InvoiceRow, invoices_of
from billing.subscriptions.portal import open_portal
from tenants.errors import AppError
from tenants.http import TenantRequest, public_address

INVOICE_STATES = {
    "open": ("pill-attention", gettext_lazy("To be paid")),
    "paid": ("pill-healthy", gettext_lazy("Paid")),
    "void": ("pill-off", gettext_lazy("Not valid")),
    "uncollectible": ("pill-bad", gettext_lazy("Not paid")),
}


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice in words; its pages are at Stripe."""

    number: str
    at: datetime
    description: str
    amount: str
    state: str
    pill: str
    is_open: bool
    hosted_url: str
    pdf_url: str


@require_safe
@money_page()
def invoice_list(request: TenantRequest) -> HttpResponse:
    invoices = [_line(row) for row in invoices_of(request.tenant)]
    return render(request, "billing/invoice_list.html", {"invoices": invoices, "bills": True})


@require_http_methods(["GET", "HEAD", "POST"])
@money_page()
def plan_cancel(request: TenantRequest) -> HttpResponse:
    account, error, status = account_of(request.tenant.id), "", 200
    if request.method == "POST":
        try:
            cancel(request.tenant)
        except AppError as refused:
            error, status = refused.user_message, refused.status
        else:
            messages.success(request, _("Cancelled. Until the end of the period everything works."))
            return redirect("billing:usage")
    context = {"until": day_text(account.period_end), "error": error, "bills": True}
    return render(request, "billing/plan_cancel.html", context, status=status)


@require_POST
@money_page()
def plan_resume(request: TenantRequest) -> HttpResponse:
    try:
        resume(request.tenant)
    except AppError as refused:
        messages.error(request, refused.user_message)
    else:
        messages.success(request, _("Your plan goes on."))
    return redirect("billing:usage")


@require_POST
@money_page()
def portal_open(request: TenantRequest) -> HttpResponse:
    """Lead to Stripe's page of cards and addresses."""
    try:
        address = open_portal(request.tenant, return_url=public_address(request, reverse("billing:usage")))
    except AppError as refused:
        messages.error(request, refused.user_message)
        return redirect("billing:usage")
    return HttpResponse(status=303, headers={"Location": address})


def _line(row: InvoiceRow) -> InvoiceLine:
    pill, state = INVOICE_STATES.get(row.status, ("pill-off", row.status))
    return InvoiceLine(
        number=row.number,
        at=row.issued_at,
        description=row.description,
        amount=money_text(row.total),
        state=str(state),
        pill=pill,
        is_open=row.status == "open",
        hosted_url=row.page_url,
        pdf_url=row.pdf_url,
    )
