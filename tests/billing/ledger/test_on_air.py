"""Seconds on air are counted once: by whichever worker, whatever the clock does, and only on air."""

from datetime import date
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.meter import LedgerMeter
from billing.ledger.on_air import SLOT_S, OnAirCounter
from billing.prices import Price, PriceBook
from billing.usage import Subject, UsageKind
from tests.fakes.ledger import FakeLedger

LIVE = Subject(UUID(int=2), UUID(int=1))
PRICES = PriceBook((Price("fake", "*", {UsageKind.OUTPUT_TOKENS: 1.0}, "test", date(2026, 1, 1)),))
START_S = 1_780_000_000.0


class Air:
    """A live, the two clocks of its computer, and the workers that count it."""

    def __init__(self) -> None:
        self.ledger = FakeLedger(live_seconds=10**6)
        self.is_on = True
        self.passed_s = 0.0
        self.clock_is_off_by_s = 0.0

    def worker(self) -> tuple[LedgerMeter, OnAirCounter]:
        meter = LedgerMeter(
            self.ledger, PRICES, euros_per_dollar=1.0, is_enforced=True, now_s=lambda: self.passed_s
        )
        counter = OnAirCounter(
            meter,
            LIVE,
            is_on_air=lambda: self.is_on,
            clock=lambda: START_S + self.passed_s + self.clock_is_off_by_s,
            now_s=lambda: self.passed_s,
        )
        return meter, counter

    def run(self, seconds: int, *counters: OnAirCounter) -> None:
        for _ in range(seconds):
            self.passed_s += 1.0
            for counter in counters:
                counter.count()

    async def seconds(self, *meters: LedgerMeter) -> int:
        for meter in meters:
            await meter.flush()
        return self.ledger.quantity("live_seconds")


async def test_whole_slots_are_reported_as_they_end() -> None:
    air = Air()
    meter, counter = air.worker()
    air.run(65, counter)
    assert await air.seconds(meter) == 60


async def test_only_what_is_on_air_counts() -> None:
    air = Air()
    meter, counter = air.worker()
    air.is_on = False
    air.run(300, counter)
    assert await air.seconds(meter) == 0
    air.is_on = True
    air.run(61, counter)
    assert 50 <= await air.seconds(meter) <= 60


async def test_two_workers_that_run_a_live_at_once_count_it_once() -> None:
    """As after a worker was frozen: it goes on until it hears that another one has the live."""
    air = Air()
    (old, old_counter), (new, new_counter) = air.worker(), air.worker()
    air.run(100, old_counter, new_counter)
    assert await air.seconds(new, old, new) == 100


async def test_a_worker_that_stood_still_adds_no_time_of_its_own() -> None:
    air = Air()
    frozen, frozen_counter = air.worker()
    air.run(20, frozen_counter)
    taken_over, counter = air.worker()
    air.run(600, counter)
    frozen_counter.count()
    assert await air.seconds(taken_over, frozen) <= 620


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 40), st.floats(-7_200, 7_200), st.booleans()), max_size=12))
async def test_a_clock_that_jumps_never_adds_time(steps: list[tuple[int, float, bool]]) -> None:
    air = Air()
    meter, counter = air.worker()
    on_air_s = 0
    for seconds, jump_s, is_on in steps:
        air.is_on = is_on
        air.run(seconds, counter)
        on_air_s += seconds if is_on else 0
        air.clock_is_off_by_s += jump_s
    assert await air.seconds(meter) <= on_air_s
    assert all(entry["quantity"] <= SLOT_S for entry in air.ledger.entries.values())
