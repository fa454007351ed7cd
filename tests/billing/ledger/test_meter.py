"""The meter counts at once, writes together, loses nothing while the database is away, and stops in time."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from billing.caps import SpendCaps
from billing.ledger.credit import TARGETS, CostLimits
from billing.ledger.meter import LedgerMeter
from billing.ledger.records import UsageBuffer, Used, time_ordered_key
from billing.ledger.writing import EntriesRefused, LedgerUnavailable
from billing.plans.catalogue import Meter
from billing.prices import Price, PriceBook
from billing.spending import InstallationCap
from billing.usage import Subject, UsageKind, UsageRecord
from providers.redis import async_redis
from tests.fakes.ledger import FakeLedger

TENANT = UUID(int=2)
LIVE = Subject(TENANT, UUID(int=1))
TOKENS, VOICE = Meter.TOKENS, Meter.VOICE_CHARACTERS
A_MICRO_EURO_EACH = dict.fromkeys(UsageKind, 1.0)
PRICES = PriceBook((Price("fake", "*", A_MICRO_EURO_EACH, "test", date(2026, 1, 1)),))
PLENTY = 10**9
AWAY = LedgerUnavailable("57P01")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def meter_of(
    ledger: FakeLedger,
    clock: Clock,
    *,
    is_enforced: bool = True,
    limits: CostLimits = CostLimits(),  # noqa: B008
) -> LedgerMeter:
    return LedgerMeter(
        ledger,
        PRICES,
        euros_per_dollar=1.0,
        is_enforced=is_enforced,
        limits=limits,
        clock=lambda: 1_780_000_000.0 + clock.now_s,
        now_s=clock,
    )


def use(
    meter: LedgerMeter, quantity: int, kind: UsageKind = UsageKind.OUTPUT_TOKENS, of: Subject = LIVE
) -> None:
    meter.record(UsageRecord(kind, quantity, "fake", "model", of))


async def test_what_all_lives_used_is_written_in_one_query(clock: Clock) -> None:
    ledger = FakeLedger(tokens=PLENTY)
    meter = meter_of(ledger, clock)
    lives = [Subject(TENANT, uuid4()) for _ in range(60)]
    for live in lives:
        meter.credit_of(live)
        use(meter, 10, of=live)
    await meter.flush()
    assert ledger.calls == 1
    assert ledger.quantity("output_tokens") == 600
    assert ledger.free["tokens"] == PLENTY - 600 - 60 * TARGETS[TOKENS]


async def test_when_nothing_is_due_nothing_is_asked(clock: Clock) -> None:
    ledger = FakeLedger(tokens=PLENTY, voice_characters=PLENTY, live_seconds=PLENTY)
    meter = meter_of(ledger, clock)
    meter.credit_of(LIVE)
    for _ in range(5):
        await meter.flush()
    assert ledger.calls == 1


async def test_a_live_stops_when_its_credit_is_used_up_before_it_is_written(clock: Clock) -> None:
    ledger = FakeLedger(tokens=1_000, voice_characters=PLENTY)
    meter = meter_of(ledger, clock)
    credit = meter.credit_of(LIVE)
    assert not credit.is_used_up(TOKENS)  # not asked yet
    await meter.flush()
    use(meter, 999)
    assert not credit.is_used_up(TOKENS)
    use(meter, 400)  # the last reply may exceed it
    assert credit.is_used_up(TOKENS)
    assert not credit.is_used_up(VOICE)
    await meter.flush()
    assert credit.is_used_up(TOKENS)
    assert credit.is_refused(TOKENS)


async def test_two_lives_share_the_last_credit_and_each_exceeds_it_by_one_reply_at_most(clock: Clock) -> None:
    ledger = FakeLedger(tokens=30_000)
    meter = meter_of(ledger, clock)
    lives = [Subject(TENANT, uuid4()) for _ in range(2)]
    known = [meter.credit_of(live) for live in lives]
    await meter.flush()
    reply, used = 1_700, 0
    for step in range(200):
        for live, credit in zip(lives, known, strict=True):
            if not credit.is_used_up(TOKENS):
                use(meter, reply, of=live)
                used += reply
        clock.now_s += 6.0
        if step % 3 == 0:
            await meter.flush()
    await meter.flush()
    assert 30_000 <= used <= 30_000 + 2 * reply
    assert ledger.quantity("output_tokens") == used


async def test_new_credit_lets_a_live_go_on(clock: Clock) -> None:
    ledger = FakeLedger(tokens=0)
    meter = meter_of(ledger, clock)
    credit = meter.credit_of(LIVE)
    await meter.flush()
    assert credit.is_used_up(TOKENS)
    ledger.free["tokens"] = 50
    clock.now_s += 5.0
    await meter.flush()
    assert not credit.is_used_up(TOKENS)


async def test_while_the_database_is_away_usage_is_held_and_a_live_uses_what_it_holds(clock: Clock) -> None:
    ledger = FakeLedger(tokens=PLENTY)
    meter = meter_of(ledger, clock)
    credit = meter.credit_of(LIVE)
    await meter.flush()
    ledger.fails = AWAY
    for _ in range(3):
        use(meter, 6_000)
        assert not await meter.flush()
    assert not credit.is_used_up(TOKENS)
    use(meter, 6_000)
    assert credit.is_used_up(TOKENS)
    ledger.fails = None
    for _ in range(2):
        await meter.flush()
    assert ledger.quantity("output_tokens") == 24_000
    assert (meter.waiting, credit.is_used_up(TOKENS)) == (0, False)


async def test_a_write_whose_answer_was_lost_counts_once(clock: Clock) -> None:
    ledger = FakeLedger(tokens=PLENTY)
    meter = meter_of(ledger, clock)
    use(meter, 10)
    ledger.fails, ledger.is_lost = AWAY, True
    await meter.flush()
    use(meter, 5)
    ledger.fails = None
    for _ in range(2):
        await meter.flush()
    assert ledger.quantity("output_tokens") == 15


async def test_what_can_never_be_written_does_not_stay_in_the_way(clock: Clock) -> None:
    ledger = FakeLedger()
    meter = meter_of(ledger, clock)
    use(meter, 10)
    ledger.fails = EntriesRefused("22P05")
    await meter.flush()
    ledger.fails = None
    use(meter, 5)
    await meter.flush()
    assert ledger.quantity("output_tokens") == 5


async def test_the_end_of_the_process_writes_the_rest_and_frees_what_is_reserved(clock: Clock) -> None:
    ledger = FakeLedger(tokens=PLENTY)
    meter = meter_of(ledger, clock)
    meter.credit_of(LIVE)
    await meter.flush()
    use(meter, 10)
    running = asyncio.get_running_loop().create_task(meter.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ledger.quantity("output_tokens") == 10
    assert ledger.free["tokens"] == PLENTY - 10


async def test_a_lives_costs_stop_it_at_the_creators_cap_and_the_installations(clock: Clock) -> None:
    for cap, limits in (
        (100, CostLimits()),
        (None, CostLimits(live_micro_eur=100)),
        (None, CostLimits(0, 100)),
    ):
        ledger = FakeLedger()
        ledger.cap = cap
        meter = meter_of(ledger, clock, is_enforced=False, limits=limits)
        credit = meter.credit_of(LIVE)
        await meter.flush()
        use(meter, 60, UsageKind.EMBEDDING_TOKENS)
        await meter.flush()
        assert not credit.is_used_up(TOKENS)
        use(meter, 60, UsageKind.VOICE_CHARACTERS)
        assert credit.is_used_up(TOKENS)
        assert credit.is_used_up(None)


async def test_without_billing_nothing_is_refused_and_all_is_written(clock: Clock) -> None:
    ledger = FakeLedger()
    meter = meter_of(ledger, clock, is_enforced=False)
    credit = meter.credit_of(LIVE)
    use(meter, 10)
    await meter.flush()
    assert not credit.is_used_up(TOKENS)
    assert ledger.quantity("output_tokens") == 10


async def test_outside_a_live_a_cap_reads_what_is_free(clock: Clock) -> None:
    ledger = FakeLedger(tokens=100, voice_characters=0)
    workspace = Subject(TENANT)
    installation = InstallationCap(async_redis(), 0.0, PRICES)
    caps = SpendCaps(meter_of(ledger, clock), installation, writes_at_once=True)
    cap = caps.cap_of(workspace, TOKENS)
    assert await cap.allows()
    cap.record(UsageRecord(UsageKind.OUTPUT_TOKENS, 100, "fake", "model", workspace))
    assert not await cap.allows()
    assert ledger.quantity("output_tokens") == 100
    assert not await caps.cap_of(workspace, VOICE).allows()


def test_a_full_buffer_adds_up_and_loses_nothing() -> None:
    buffer = UsageBuffer(capacity=100)
    keyed = UUID(int=9)
    for number in range(1_000):
        live_id = UUID(int=number % 7)
        buffer.add(Used(number * 10.0, UsageKind.OUTPUT_TOKENS, 3, 2, "fake", "model", TENANT, live_id))
    for _ in range(200):
        buffer.add(Used(0.0, UsageKind.LIVE_SECONDS, 10, 0, "", "", TENANT, UUID(int=1), keyed))
    assert len(buffer) <= 110
    entries = buffer.take(10_000)
    assert sum(entry["quantity"] for entry in entries if entry["kind"] == "output_tokens") == 3_000
    assert sum(entry["cost_micro_eur"] for entry in entries) == 2_000
    assert str(keyed) in {entry["key"] for entry in entries}


def test_keys_are_ordered_by_time() -> None:
    keys = [time_ordered_key(at_s) for at_s in (1.0, 2.0, 1e9, 1.8e9)]
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}
