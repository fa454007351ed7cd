"""Refunds and disputes: unused credit of a pack goes back, and the page says so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.ledger.balances import balance_of
from billing.ledger.sql import lock_credit, use_credit
from billing.plans.catalogue import PACKS, PLANS, Meter, PlanKey
from billing.plans.entitlements import account_of
from tenants.models import AuditEntry, Tenant, User
from tests.billing.subscriptions.conftest import Deliver
from tests.billing.subscriptions.shop import buy
from tests.fakes.stripe_server.payments import close_dispute, dispute, refund
from tests.fakes.stripe_server.server import LocalStripe

PACK = PACKS["pack_voice_characters"].quantity


@pytest.fixture
def pack(catalogue: LocalStripe, tenant: Tenant, deliver: Deliver) -> dict[str, Any]:
    """The charge of a pack that the workspace has bought."""
    buy(catalogue, tenant, "pack_voice_characters")
    deliver()
    assert granted(tenant) == PACK
    return next(catalogue.world.all("charge"))


def granted(tenant: Tenant, meter: Meter = Meter.VOICE_CHARACTERS) -> int:
    return balance_of(tenant, meter).granted


def use(tenant: Tenant, quantity: int) -> None:
    with transaction.atomic():
        lock_credit(tenant.id)
        assert use_credit(tenant.id, Meter.VOICE_CHARACTERS, quantity, "", timezone.now()) == 0


def test_a_refunded_pack_that_is_unused_gives_nothing_any_more(
    catalogue: LocalStripe, tenant: Tenant, pack: dict[str, Any], deliver: Deliver
) -> None:
    refund(catalogue.world, {"charge": pack["id"]})
    events = list(catalogue.world.events)
    assert set(deliver()) == {200}
    assert granted(tenant) == 0
    deliver(events)  # a repeated event takes nothing more
    with scopes_disabled():
        entry = AuditEntry.objects.get(tenant=tenant, verb="credit.taken_back")
    assert entry.detail == {"meter": "voice_characters", "quantity": PACK}


def test_what_is_used_of_a_refunded_pack_stays_used(
    catalogue: LocalStripe, tenant: Tenant, pack: dict[str, Any], deliver: Deliver
) -> None:
    use(tenant, 500)
    refund(catalogue.world, {"charge": pack["id"]})
    deliver()
    balance = balance_of(tenant, Meter.VOICE_CHARACTERS)
    assert (balance.granted, balance.used, balance.left) == (500, 500, 0)


def test_a_part_that_is_refunded_takes_its_part_of_the_credit(
    catalogue: LocalStripe, tenant: Tenant, pack: dict[str, Any], deliver: Deliver
) -> None:
    refund(catalogue.world, {"charge": pack["id"], "amount": pack["amount"] // 5})
    deliver()
    assert granted(tenant) == PACK * 4 // 5


@pytest.mark.parametrize(("end", "left"), [("won", PACK), ("lost", 0)])
def test_a_disputed_pack_waits_for_the_bank(
    catalogue: LocalStripe, tenant: Tenant, pack: dict[str, Any], deliver: Deliver, end: str, left: int
) -> None:
    opened = dispute(catalogue.world, pack)
    assert set(deliver()) == {200}
    assert granted(tenant) == 0
    close_dispute(catalogue.world, opened, end)
    assert set(deliver()) == {200}
    assert granted(tenant) == left


def test_a_refund_of_the_plan_changes_nothing_and_is_shown(
    catalogue: LocalStripe,
    tenant: Tenant,
    deliver: Deliver,
    alice: User,
    client_for: Callable[[User], Client],
) -> None:
    buy(catalogue, tenant, "self_monthly")
    deliver()
    page = client_for(alice)
    assert "Refunds and disputes" not in page.get("/billing/invoices/").content.decode()
    refund(catalogue.world, {"charge": next(catalogue.world.all("charge"))["id"], "amount": 1_000})
    assert set(deliver()) == {200}
    assert (account_of(tenant.id).plan, account_of(tenant.id).state) == ("self", "active")
    assert granted(tenant) == PLANS[PlanKey.SELF].grants[Meter.VOICE_CHARACTERS]
    shown = page.get("/billing/invoices/").content.decode()
    assert all(words in shown for words in ("Refunds and disputes", "Refunded", "€ 39", "€ 10"))
