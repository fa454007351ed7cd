"""The staff download the invoices of a time; nobody else does, and the audit log knows it."""

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from tenants.models import AuditEntry, Tenant, User
from tests.accounts.codes import give_second_factor, prove_second_factor
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.server import LocalStripe

ClientFor = Callable[[User], Client]
LIST, EXPORT = "/staff/djstripe/invoice/", "/staff/djstripe/invoice/export/"


@pytest.fixture
def staff(charlie: User, other_tenant: Tenant, client_for: ClientFor, settings: Any) -> Client:
    settings.BILLING_ENABLED = True
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    return client


def days(first: str = "2026-11-01", last: str = "2026-11-30") -> dict[str, str]:
    return {"first": first, "last": last}


def entries() -> list[AuditEntry]:
    with scopes_disabled():
        return list(AuditEntry.objects.filter(verb="invoices.exported"))


def test_staff_download_the_invoices_of_the_days_and_it_is_recorded(
    catalogue: LocalStripe, tenant: Tenant, deliver: Deliver, staff: Client, charlie: User
) -> None:
    buy(catalogue, tenant, "self_monthly")
    deliver()
    today = timezone.now().date().isoformat()
    assert EXPORT in staff.get(LIST).content.decode()
    assert "Last day" in staff.get(EXPORT).content.decode()
    assert entries() == []
    answer = staff.post(EXPORT, days(today, today))
    assert f"invoices-{today}-{today}.csv" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(answer.content.decode().splitlines())
    assert (row["workspace"], row["total"]) == (tenant.name, "39.00")
    (entry,) = entries()
    assert (entry.user_id, entry.tenant_id) == (charlie.id, None)
    assert entry.detail == {"first": today, "last": today, "invoices": 1}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (days(first=""), "required"),
        (days(first="yesterday"), "valid date"),
        (days("2026-11-30", "2026-11-01"), "This day is before the first one."),
        (days("2025-11-01", "2026-11-02"), "Export one year at most at a time."),
        ({}, "required"),
    ],
)
def test_wrong_days_are_named_and_nothing_is_exported(
    staff: Client, sent: dict[str, str], words: str
) -> None:
    answer = staff.post(EXPORT, sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert entries() == []


def test_strangers_and_staff_without_a_second_factor_export_nothing(
    db: None, alice: User, tenant: Tenant, bob: User, client_for: ClientFor, settings: Any
) -> None:
    settings.BILLING_ENABLED = True
    User.objects.filter(id=bob.id).update(is_staff=True, is_superuser=True)
    for client in (Client(), client_for(alice), client_for(bob)):
        assert client.post(EXPORT, days()).status_code in (302, 403)
    assert entries() == []


def test_staff_who_see_only_invoices_or_only_accounts_export_nothing(staff: Client, charlie: User) -> None:
    User.objects.filter(id=charlie.id).update(is_superuser=False)
    for right in ("view_invoice", "view_billingaccount"):
        charlie.user_permissions.set([Permission.objects.get(codename=right)])
        assert staff.post(EXPORT, days()).status_code == 403
    charlie.user_permissions.set([Permission.objects.get(codename="view_invoice")])
    assert EXPORT not in staff.get(LIST).content.decode()
    assert entries() == []


def test_an_installation_that_does_not_bill_exports_nothing(staff: Client, settings: Any) -> None:
    settings.BILLING_ENABLED = False
    assert staff.get(EXPORT).status_code == 404
    assert EXPORT not in staff.get(LIST).content.decode()
