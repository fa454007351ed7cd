"""The staff give a workspace credit, with a reason, on the page of its billing account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.models.ledger import Grant
from tenants.models import AuditEntry, Tenant, User
from tests.accounts.codes import give_second_factor, prove_second_factor

ClientFor = Callable[[User], Client]
REASON = "Support request 4711"


@pytest.fixture
def staff(charlie: User, other_tenant: Tenant, client_for: ClientFor, settings: Any) -> Client:
    settings.BILLING_ENABLED = True
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    return client


def page(tenant_id: UUID) -> str:
    return f"/staff/billing/billingaccount/{tenant_id}/change/"


def give(client: Client, tenant_id: UUID, **changes: str) -> Any:
    sent = {"key": str(uuid4()), "meter": "live_seconds", "quantity": "90", "reason": REASON, **changes}
    return client.post(f"/staff/billing/billingaccount/{tenant_id}/credit/", sent)


def by_hand(tenant: Tenant) -> list[Grant]:
    with scopes_disabled():
        return list(Grant.objects.filter(tenant=tenant, source=Grant.Source.MANUAL))


def test_credit_is_given_in_minutes_until_a_day_and_recorded(
    staff: Client, tenant: Tenant, charlie: User
) -> None:
    assert "Give credit by hand" in staff.get(page(tenant.id)).content.decode()
    last_day = timezone.localdate() + timedelta(days=7)
    answer = give(staff, tenant.id, last_day=last_day.isoformat())
    assert answer.headers["Location"] == page(tenant.id)
    (given,) = by_hand(tenant)
    assert (given.meter, given.quantity, given.reason) == ("live_seconds", 90 * 60, REASON)
    assert given.granted_by == charlie.email
    assert given.expires_at is not None
    assert timezone.localdate(given.expires_at) == last_day + timedelta(days=1)
    assert "got 1 h 30 min." in staff.get(page(tenant.id)).content.decode()
    with scopes_disabled():
        entry = AuditEntry.objects.get(verb="credit.granted", tenant=tenant)
    assert (entry.user_id, entry.detail["reason"]) == (charlie.id, REASON)


def test_characters_are_given_as_they_are_and_without_an_end(staff: Client, tenant: Tenant) -> None:
    give(staff, tenant.id, meter="voice_characters", quantity="5000")
    (given,) = by_hand(tenant)
    assert (given.quantity, given.expires_at) == (5000, None)


def test_a_form_that_is_sent_twice_gives_once(staff: Client, tenant: Tenant) -> None:
    key = str(uuid4())
    assert [give(staff, tenant.id, key=key).status_code for _ in range(2)] == [302, 302]
    assert len(by_hand(tenant)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": " " * 12},
        {"reason": "x" * 201},
        {"quantity": "0"},
        {"quantity": "-5"},
        {"quantity": "9" * 30},
        {"meter": "gold"},
        {"key": "none"},
        {"last_day": "2020-01-01"},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_given(
    staff: Client, tenant: Tenant, wrong: dict[str, str]
) -> None:
    answer = give(staff, tenant.id, **wrong)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert by_hand(tenant) == []


def test_a_workspace_of_an_agency_gets_none_of_its_own(
    staff: Client, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.staff.credit_form.payer_of", lambda tenant_id: other_tenant.id)
    answer = give(staff, tenant.id)
    assert answer.status_code == 422
    assert "Give the credit to the agency" in answer.content.decode()
    assert by_hand(tenant) == []


def test_opening_the_address_gives_nothing_and_an_unknown_workspace_is_not_found(
    staff: Client, tenant: Tenant
) -> None:
    assert staff.get(f"/staff/billing/billingaccount/{tenant.id}/credit/").status_code == 405
    assert give(staff, uuid4()).status_code == 404


def test_strangers_and_staff_without_a_second_factor_give_nothing(
    tenant: Tenant, alice: User, bob: User, client_for: ClientFor
) -> None:
    User.objects.filter(id=bob.id).update(is_staff=True, is_superuser=True)
    for client in (Client(), client_for(alice), client_for(bob)):
        assert give(client, tenant.id).status_code in (302, 403)
    assert by_hand(tenant) == []


def test_staff_who_may_only_look_see_no_form_and_give_nothing(
    staff: Client, tenant: Tenant, charlie: User
) -> None:
    User.objects.filter(id=charlie.id).update(is_superuser=False)
    charlie.user_permissions.add(Permission.objects.get(codename="view_billingaccount"))
    assert "Give credit by hand" not in staff.get(page(tenant.id)).content.decode()
    assert give(staff, tenant.id).status_code == 403
    assert by_hand(tenant) == []


def test_an_installation_that_does_not_bill_offers_no_credit(
    staff: Client, tenant: Tenant, settings: Any
) -> None:
    settings.BILLING_ENABLED = False
    assert "Give credit by hand" not in staff.get(page(tenant.id)).content.decode()
