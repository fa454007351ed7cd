"""Invoices as CSV for the bookkeeper."""

import csv
import io
from datetime import date, timedelta

from django.utils import timezone
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.subscriptions.exports import export_invoices
from tenants.models import Tenant
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.server import LocalStripe


def exported(first: date, last: date) -> list[dict[str, str]]:
    out = io.StringIO()
    count = export_invoices(out, first=first, last=last, livemode=False)
    rows = list(csv.DictReader(out.getvalue().splitlines()))
    assert len(rows) == count
    return rows


def test_an_invoice_is_exported_with_what_the_italian_e_invoice_needs(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver
) -> None:
    with scopes_disabled():
        BillingAccount.objects.filter(tenant=tenant).update(
            company_name="=Alice Srl", vat_id="IT01234567890", recipient_code="ABC1234", country="IT"
        )
    buy(catalogue, tenant, "self_monthly")
    deliver()
    today = timezone.now().date()
    (row,) = exported(today - timedelta(days=1), today + timedelta(days=1))
    assert (row["total"], row["currency"], row["status"]) == ("39.00", "EUR", "paid")
    assert (row["vat_id"], row["recipient_code"]) == ("IT01234567890", "ABC1234")
    assert row["company_name"] == "'=Alice Srl"
    assert exported(today + timedelta(days=2), today + timedelta(days=9)) == []
