"""Whatever happens in whatever order: nothing is negative or counted twice, and sums equal their parts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.balances import balance_of
from billing.ledger.reservations import expire_reservations, release, reserve, settle
from billing.models.ledger import Grant, Reservation, UsageDay, UsageEntry, UsageLive, UsageMonth
from billing.plans.catalogue import Meter
from tenants.models import Tenant
from tests.billing.ledger.usage import NOW, entry, give, hold, write

TOKENS = Meter.TOKENS
QUANTITIES = st.integers(0, 120)
KEYS = st.sampled_from(["a", "b", "c"])
STEPS = st.one_of(
    st.tuples(st.just("grant"), QUANTITIES, st.sampled_from(["plan", "pack"]), st.integers(-60, 90)),
    st.tuples(st.just("reserve"), KEYS, QUANTITIES, st.integers(1, 90)),
    st.tuples(st.just("settle"), KEYS, QUANTITIES),
    st.tuples(st.just("release"), KEYS),
    st.tuples(st.just("use"), QUANTITIES),
    st.tuples(st.just("write again"), st.integers(0, 5)),
    st.tuples(st.just("hold"), QUANTITIES),
    # The clock also goes back, as after a correction.
    st.tuples(st.just("clock"), st.integers(-30, 120)),
    st.tuples(st.just("expire")),
)


class Ledger:
    """Takes steps and checks after each what must always hold. A step may be forgotten, as in a crash."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.now = NOW
        self.live = uuid4()
        self.written: list[dict[str, Any]] = []
        self.settled: set[str] = set()
        self.reported = 0  # used, by what the calls said

    def take(self, step: tuple[Any, ...]) -> None:
        match step:
            case "grant", int(quantity), str(source), int(minutes):
                until = self.now + timedelta(minutes=minutes)
                give(self.tenant.id, quantity, source=source, expires_at=until)
            case "reserve", str(key), int(quantity), int(minutes):
                left = balance_of(self.tenant, TOKENS, now=self.now).left
                is_new = not Reservation.objects.filter(key=key).exists()
                lasts = timedelta(minutes=minutes)
                assert reserve(self.tenant.id, TOKENS, quantity, key, lasts, now=self.now) == (
                    quantity <= left if is_new else self.is_held(key)
                )
            case "settle", str(key), int(used) if Reservation.objects.filter(key=key).exists():
                is_first = Reservation.objects.filter(key=key, state__in=["open", "expired"]).exists()
                spent = settle(key, used, now=self.now).spent
                self.reported += spent if is_first else 0
            case "release", str(key) if Reservation.objects.filter(key=key).exists():
                release(key, now=self.now)
            case "use", int(quantity):
                self.write(entry(self.tenant.id, quantity, live_id=self.live, at=self.now))
            case "write again", int(at) if at < len(self.written):
                before = self.used()
                write(self.written[at], now=self.now)
                assert self.used() == before
            case "hold", int(target):
                write(holds=(hold(self.tenant.id, self.live, target, ttl_s=600),), now=self.now)
            case "clock", int(minutes):
                self.now += timedelta(minutes=minutes)
            case "expire":
                expire_reservations(now=self.now)

    def is_held(self, key: str) -> bool:
        return Reservation.objects.filter(key=key, state="open", expires_at__gt=self.now).exists()

    def write(self, row: dict[str, Any]) -> None:
        before = self.used()
        write(row, now=self.now)
        self.written.append(row)
        spent = self.used() - before
        assert 0 <= spent <= row["quantity"]
        self.reported += spent

    def used(self) -> int:
        grants = Grant.objects.filter(tenant=self.tenant)
        return int(grants.aggregate(sum=Sum("used", default=0))["sum"])

    def check(self) -> None:
        assert not Grant.objects.filter(Q(used__lt=0) | Q(used__gt=F("quantity"))).exists()
        assert not Reservation.objects.filter(Q(quantity__lt=0) | Q(uncovered__gt=F("used"))).exists()
        assert self.used() == self.reported
        assert balance_of(self.tenant, TOKENS, now=self.now).left >= 0
        written = sum(row["quantity"] for row in self.written)
        for model in (UsageEntry, UsageDay, UsageMonth, UsageLive):
            assert (
                model.objects.filter(tenant=self.tenant).aggregate(sum=Sum("quantity", default=0))["sum"]
                == written
            )


@pytest.mark.usefixtures("db")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=14))
def test_whatever_happens_the_sums_hold(steps: list[tuple[Any, ...]]) -> None:
    with scopes_disabled(), transaction.atomic():
        ledger = Ledger(Tenant.objects.create(name="Any", slug=uuid4().hex))
        for step in steps:
            ledger.take(step)
            ledger.check()
        transaction.set_rollback(True)


@pytest.fixture
def at_once(transactional_db: None) -> Iterator[Any]:
    """Call with functions to run each in a thread with a connection of its own; returns their results."""

    def run(*calls: Any) -> list[Any]:
        def in_thread(call: Any) -> Any:
            try:
                with scopes_disabled():
                    return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(in_thread, calls))

    with scopes_disabled():
        yield run


def test_reservations_at_once_never_exceed_the_credit(tenant: Tenant, at_once: Any) -> None:
    give(tenant.id, 100)
    calls = [
        lambda key=str(number): reserve(tenant.id, TOKENS, 15, key, timedelta(hours=1), now=NOW)
        for number in range(12)
    ]
    assert sum(at_once(*calls)) == 6
    assert balance_of(tenant, TOKENS, now=NOW).reserved == 90


def test_writers_at_once_count_each_entry_once_and_spend_no_more_than_there_is(
    tenant: Tenant, at_once: Any
) -> None:
    """Two workers, each with a retry of what it had written, and two lives that ask for the last credit."""
    give(tenant.id, 1_000)
    give(tenant.id, 500, source="pack", expires_at=None)
    lives = [uuid4(), uuid4()]
    batches = [
        [entry(tenant.id, 7, live_id=lives[number % 2], cost=number) for _ in range(20)]
        for number in range(6)
    ]
    calls = [
        lambda batch=batch, live=lives[number % 2]: write(*batch, holds=(hold(tenant.id, live, 200),))
        for number, batch in enumerate([*batches, *batches])
    ]
    at_once(*calls)
    balance = balance_of(tenant, TOKENS, now=NOW)
    assert balance.used == 6 * 20 * 7
    assert balance.used + balance.reserved <= 1_500
    for model in (UsageEntry, UsageDay, UsageMonth, UsageLive):
        sums = model.objects.aggregate(quantity=Sum("quantity"), cost=Sum("cost_micro_eur"))
        assert sums == {"quantity": 840, "cost": 20 * sum(range(6))}


def test_settling_and_writing_at_once_share_what_is_left(tenant: Tenant, at_once: Any) -> None:
    give(tenant.id, 100)
    for number in range(4):
        reserve(tenant.id, TOKENS, 20, str(number), timedelta(hours=1), now=NOW)
    settlements = [lambda key=str(number): settle(key, 30, now=NOW).spent for number in range(4)]
    uses = [lambda: write(entry(tenant.id, 15)) and 0 for _ in range(2)]
    at_once(*settlements, *uses, *settlements)
    assert balance_of(tenant, TOKENS, now=NOW).used == 100
    assert Reservation.objects.filter(state="settled").count() == 4
