"""A workspace's invoices from the mirror, for its pages and for the bookkeeper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.plans.catalogue import Money
from billing.subscriptions.mirror import customer_of, invoices_of_customer, moment
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice. `status` is open, paid, void or uncollectible; the two addresses are at Stripe."""

    stripe_id: str
    number: str
    issued_at: datetime
    total: Money
    tax: Money
    status: str
    description: str
    page_url: str
    pdf_url: str
    next_try_at: datetime | None = None


def invoices_of(tenant: Tenant) -> list[InvoiceRow]:
    """Return a workspace's own invoices, newest first, without drafts."""
    customer = customer_of(tenant)
    if customer is None:
        return []
    return [invoice_row(each) for each in invoices_of_customer(customer) if each["status"] != "draft"]


def open_invoice_of(tenant: Tenant) -> InvoiceRow | None:
    """Return the newest invoice that waits for its payment."""
    return next((each for each in invoices_of(tenant) if each.status == "open"), None)


def invoice_row(invoice: dict[str, Any]) -> InvoiceRow:
    issued_at = moment(int(invoice["status_transitions"].get("finalized_at") or invoice["created"]))
    assert issued_at is not None  # noqa: S101  # a number has a time
    tax = sum(each["amount"] for each in invoice.get("total_taxes") or [])
    lines = invoice["lines"]["data"]
    return InvoiceRow(
        stripe_id=invoice["id"],
        number=invoice["number"] or "",
        issued_at=issued_at,
        total=Money(invoice["total"], invoice["currency"]),
        tax=Money(tax, invoice["currency"]),
        status=invoice["status"],
        description=lines[0]["description"] or "" if lines else "",
        page_url=invoice.get("hosted_invoice_url") or "",
        pdf_url=invoice.get("invoice_pdf") or "",
        next_try_at=moment(invoice.get("next_payment_attempt")),
    )
