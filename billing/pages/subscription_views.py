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

from billing.pages.access import account_in, money_page
from billing.pages.plan_card import day_text
from billing.pages.words import money_text
from billing.subscriptions.changes import cancel, resume
from billing.subscriptions.invoices import InvoiceRow, invoices_of
from billing.subscriptions.portal import open_portal
from billing.subscriptions.returns import ReturnRow, returns_of
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


RETURN_STATES = {
    "refunded": ("pill-off", gettext_lazy("Refunded")),
    "lost": ("pill-off", gettext_lazy("Given back by the bank")),
    "won": ("pill-healthy", gettext_lazy("Paid, after a dispute")),
}
DISPUTED = ("pill-attention", gettext_lazy("Disputed at the bank"))


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A payment of which something was given back, in words."""

    at: datetime
    paid: str
    returned: str
    state: str
    pill: str


@require_safe
@money_page()
def invoice_list(request: TenantRequest) -> HttpResponse:
    invoices = [_line(row) for row in invoices_of(request.tenant)]
    returns = [_return_line(row) for row in returns_of(request.tenant)]
    context = {"invoices": invoices, "returns": returns, "bills": True}
    return render(request, "billing/invoice_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@money_page()
def plan_cancel(request: TenantRequest) -> HttpResponse:
    account, error, status = account_in(request), "", 200
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


def _return_line(row: ReturnRow) -> ReturnLine:
    pill, state = RETURN_STATES.get(row.state, DISPUTED)
    return ReturnLine(row.paid_at, money_text(row.paid), money_text(row.returned), str(state), pill)
