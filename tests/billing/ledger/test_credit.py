"""Credit: grants are spent in order, reservations hold back, and nothing is spent twice."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, transaction
from django_scopes import scopes_disabled

from billing.ledger.balances import balance_of, balances_of
from billing.ledger.grants import end_grants, grant_by_hand
from billing.ledger.reservations import expire_reservations, release, reserve, settle
from billing.models.account import BillingAccount
from billing.models.ledger import CreditWarning, Reservation, UsageDay, UsageEntry, UsageLive, UsageMonth
from billing.plans.catalogue import Meter
from tenants import audit
from tenants.models import AuditEntry, Tenant
from tests.billing.ledger.usage import MONTH_END, NOW, entry, give, hold, write

TOKENS = Meter.TOKENS
HOUR = timedelta(hours=1)
LIVE = UUID(int=7)


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


def test_the_month_is_spent_first_then_packs_by_their_expiry(tenant: Tenant) -> None:
    late = give(tenant.id, 100, source="pack", expires_at=NOW + timedelta(days=300))
    soon = give(tenant.id, 100, source="pack", expires_at=NOW + timedelta(days=2))
    month = give(tenant.id, 100)
    write(entry(tenant.id, 150))
    for row, used in ((month, 100), (soon, 50), (late, 0)):
        row.refresh_from_db()
        assert row.used == used


def test_a_balance_names_what_is_left(tenant: Tenant) -> None:
    give(tenant.id, 100)
    write(entry(tenant.id, 30))
    assert reserve(tenant.id, TOKENS, 20, "r", HOUR, now=NOW)
    balance = balance_of(tenant, TOKENS, now=NOW)
    assert (balance.granted, balance.used, balance.reserved, balance.left) == (100, 30, 20, 50)
    assert balance.period_end == MONTH_END
    assert balance.percent_used == 30
    assert set(balances_of(tenant, now=NOW)) == set(Meter)


def test_a_key_grants_once(tenant: Tenant) -> None:
    assert give(tenant.id, 100, key="invoice-1").id == give(tenant.id, 500, key="invoice-1").id
    assert balance_of(tenant, TOKENS, now=NOW).granted == 100


def test_a_grant_counts_between_its_times_only(tenant: Tenant) -> None:
    give(tenant.id, 100)
    assert balance_of(tenant, TOKENS, now=MONTH_END).left == 0
    assert balance_of(tenant, TOKENS, now=NOW - timedelta(days=10)).left == 0


def test_what_is_reserved_is_not_given_twice(tenant: Tenant) -> None:
    give(tenant.id, 100)
    assert reserve(tenant.id, TOKENS, 60, "first", HOUR, now=NOW)
    assert not reserve(tenant.id, TOKENS, 60, "second", HOUR, now=NOW)
    assert reserve(tenant.id, TOKENS, 60, "first", HOUR, now=NOW)
    assert balance_of(tenant, TOKENS, now=NOW).reserved == 60


def test_settling_spends_what_was_used_and_frees_the_rest(tenant: Tenant) -> None:
    give(tenant.id, 100)
    reserve(tenant.id, TOKENS, 60, "r", HOUR, now=NOW)
    assert settle("r", 10, now=NOW).spent == 10
    assert settle("r", 10, now=NOW).spent == 10
    assert balance_of(tenant, TOKENS, now=NOW).left == 90


def test_use_beyond_the_credit_is_paid_by_nobody(tenant: Tenant) -> None:
    """Nor does it take what another use has reserved."""
    give(tenant.id, 100)
    reserve(tenant.id, TOKENS, 50, "mine", HOUR, now=NOW)
    reserve(tenant.id, TOKENS, 40, "theirs", HOUR, now=NOW)
    settlement = settle("mine", 70, now=NOW)
    assert (settlement.spent, settlement.uncovered) == (60, 10)
    assert settle("theirs", 40, now=NOW).spent == 40
    assert balance_of(tenant, TOKENS, now=NOW).left == 0


def test_a_released_reservation_spends_nothing(tenant: Tenant) -> None:
    give(tenant.id, 100)
    reserve(tenant.id, TOKENS, 60, "r", HOUR, now=NOW)
    assert release("r", now=NOW)
    assert not release("r", now=NOW)
    assert settle("r", 60, now=NOW).spent == 0
    assert balance_of(tenant, TOKENS, now=NOW).left == 100


def test_a_reservation_that_nobody_settles_expires_for_every_reader(tenant: Tenant) -> None:
    give(tenant.id, 100)
    reserve(tenant.id, TOKENS, 60, "r", HOUR, now=NOW)
    later = NOW + HOUR
    assert balance_of(tenant, TOKENS, now=later).left == 100
    assert reserve(tenant.id, TOKENS, 100, "next", HOUR, now=later)
    assert expire_reservations(now=later) == 1
    assert expire_reservations(now=later) == 0
    assert settle("r", 60, now=later).uncovered == 60


def test_a_workspace_of_an_agency_uses_the_agencys_credit(tenant: Tenant, other_tenant: Tenant) -> None:
    give(tenant.id, 100)
    BillingAccount.objects.update_or_create(tenant=other_tenant, defaults={"paid_by_id": tenant.id})
    write(entry(other_tenant.id, 30, live_id=LIVE))
    assert balance_of(other_tenant, TOKENS, now=NOW).used == 30
    assert balance_of(tenant, TOKENS, now=NOW).left == 70
    assert UsageMonth.objects.get().tenant == other_tenant


def test_usage_is_written_once_with_its_sums(tenant: Tenant) -> None:
    give(tenant.id, 100)
    rows = (entry(tenant.id, 10, live_id=LIVE, cost=3), entry(tenant.id, 5, cost=2), entry(None, 9))
    for _ in range(3):
        write(*rows)
    assert UsageEntry.objects.count() == 3
    assert UsageDay.objects.get().quantity == UsageMonth.objects.get().quantity == 15
    assert UsageMonth.objects.get().cost_micro_eur == 5
    assert UsageLive.objects.get().quantity == 10
    assert balance_of(tenant, TOKENS, now=NOW).used == 15


def test_what_is_written_late_is_spent_from_its_own_month(tenant: Tenant) -> None:
    march, april = give(tenant.id, 100), give(tenant.id, 100, starts_at=MONTH_END, expires_at=None)
    before = MONTH_END - timedelta(minutes=1)
    write(entry(tenant.id, 10, at=before), entry(tenant.id, 1, at=MONTH_END), now=MONTH_END + HOUR)
    march.refresh_from_db()
    april.refresh_from_db()
    assert (march.used, april.used) == (10, 1)


def test_a_lives_hold_is_filled_up_to_what_is_left_and_freed_at_its_end(tenant: Tenant) -> None:
    give(tenant.id, 100)
    held = hold(tenant.id, LIVE, 30)
    assert write(holds=(held,))["holds"] == {held["key"]: 30}
    assert write(entry(tenant.id, 25, live_id=LIVE), holds=(held,))["holds"] == {held["key"]: 30}
    assert write(entry(tenant.id, 60, live_id=LIVE), holds=(held,))["holds"] == {held["key"]: 15}
    write(holds=({**held, "target": 0},))
    assert balance_of(tenant, TOKENS, now=NOW).left == 15
    assert Reservation.objects.get().state == "settled"


def test_usage_of_a_deleted_workspace_does_not_keep_the_others_from_being_written(tenant: Tenant) -> None:
    write(entry(uuid4(), 10), entry(tenant.id, 5), holds=(hold(uuid4(), LIVE, 5),))
    assert UsageEntry.objects.get().quantity == 5


def test_without_billing_usage_is_written_and_no_credit_is_spent(tenant: Tenant) -> None:
    give(tenant.id, 100)
    answer = write(entry(tenant.id, 10), holds=(hold(tenant.id, LIVE, 5),), enforced=False)
    assert answer["holds"] == {}
    assert UsageMonth.objects.get().quantity == 10
    assert balance_of(tenant, TOKENS, now=NOW).left == 100


def test_each_warning_is_recorded_once_a_period(tenant: Tenant) -> None:
    give(tenant.id, 100)
    for quantity, percents in ((79, []), (1, [80]), (1, [80]), (14, [80, 95]), (9, [80, 95, 100])):
        write(entry(tenant.id, quantity))
        assert list(CreditWarning.objects.order_by("percent").values_list("percent", flat=True)) == percents
    give(tenant.id, 100, source="pack", starts_at=NOW - HOUR, expires_at=None)
    write(entry(tenant.id, 70))
    assert CreditWarning.objects.filter(percent=80).count() == 2


def test_the_ledger_refuses_changes(tenant: Tenant) -> None:
    write(entry(tenant.id, 10))
    for change in (
        lambda: UsageEntry.objects.update(quantity=0),
        lambda: UsageEntry.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            change()
    with audit.erasing():
        UsageEntry.objects.all().delete()


def test_credit_by_hand_needs_a_reason_and_is_audited_once(tenant: Tenant) -> None:
    for _ in range(2):
        grant_by_hand(tenant=tenant, meter=TOKENS, quantity=50, reason="An outage.", by="Sara", key="k")
    assert AuditEntry.objects.get(verb="credit.granted").detail["reason"] == "An outage."
    with pytest.raises(ValueError, match="reason"):
        grant_by_hand(tenant=tenant, meter=TOKENS, quantity=50, reason=" ", by="Sara", key="other")


def test_grants_of_a_plan_end_when_it_changes(tenant: Tenant) -> None:
    give(tenant.id, 100, key="old")
    give(tenant.id, 300, key="new")
    give(tenant.id, 20, source="pack")
    assert end_grants(tenant_id=tenant.id, source="plan", at=NOW, keep=frozenset({"new"})) == 1
    assert balance_of(tenant, TOKENS, now=NOW).left == 320


def test_nothing_negative_is_taken(tenant: Tenant) -> None:
    give(tenant.id, 100)
    with pytest.raises(ValueError, match="negative"):
        reserve(tenant.id, TOKENS, -1, "r", HOUR)
    with pytest.raises(ValueError, match="negative"):
        give(tenant.id, -1)
    reserve(tenant.id, TOKENS, 1, "r", HOUR, now=NOW)
    with pytest.raises(ValueError, match="less than nothing"):
        settle("r", -1)
