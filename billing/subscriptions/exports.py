"""Exports the invoices of a time as CSV, with what the Italian e-invoice (FatturaPA) of each needs."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Final, TextIO

from django_scopes import scopes_disabled
from djstripe.models import Invoice

from billing.company.services import COMPANY_FIELDS
from billing.models.account import BillingAccount
from billing.subscriptions.invoices import InvoiceRow, invoice_row

COLUMNS: Final = ("number", "date", "status", "currency", "net", "vat", "total", "workspace", *COMPANY_FIELDS)
# A cell that begins with one of these is a formula to a spreadsheet.
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def export_invoices(into: TextIO, *, first: date, last: date, livemode: bool) -> int:
    """Write the invoices that were finalized from the first to the last day (UTC); return how many.

    Amounts are decimal numbers in the invoice's currency. Addressee's data is the workspace's present one.
    """
    writer = csv.writer(into)
    writer.writerow(COLUMNS)
    written = 0
    for row, account in _issued(first, last, livemode):
        writer.writerow([_cell(each) for each in (*_amounts(row), *_addressee(account))])
        written += 1
    return written


def _issued(first: date, last: date, livemode: bool) -> Iterator[tuple[InvoiceRow, BillingAccount | None]]:
    with scopes_disabled():
        accounts = {each.tenant_id: each for each in BillingAccount.objects.select_related("tenant")}
        invoices = Invoice.objects.filter(livemode=livemode).select_related("customer").order_by("created")
        for invoice in invoices:
            row = invoice_row(invoice.stripe_data)
            if row.number and first <= row.issued_at.date() <= last:
                yield row, accounts.get(invoice.customer.subscriber_id)


def _amounts(row: InvoiceRow) -> list[str]:
    net = row.total.cents - row.tax.cents
    amounts = [f"{cents / 100:.2f}" for cents in (net, row.tax.cents, row.total.cents)]
    return [row.number, row.issued_at.date().isoformat(), row.status, row.total.currency.upper(), *amounts]


def _addressee(account: BillingAccount | None) -> list[str]:
    if account is None:
        return [""] * (len(COMPANY_FIELDS) + 1)
    return [account.tenant.name, *(str(getattr(account, name)) for name in COMPANY_FIELDS)]


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; negative amounts stay numbers."""
    is_number = text.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(FORMULAS) and not is_number else text
