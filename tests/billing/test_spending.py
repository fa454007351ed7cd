from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import redis as sync_redis
from django.conf import settings
from redis.asyncio import Redis

from billing.prices import Price, PriceBook
from billing.spending import RedisSpendCap, SpendLimits
from billing.usage import Subject, UsageKind, UsageRecord

TENANT = UUID(int=2)
LIVE = Subject(TENANT, UUID(int=1))
EACH_COSTS_A_DOLLAR = dict.fromkeys(UsageKind, 1000000.0)
PRICES = PriceBook((Price("fake", "*", EACH_COSTS_A_DOLLAR, "test", date(2026, 1, 1)),))
LIMITS = SpendLimits(live_usd=10, month_usd=20)


@pytest.fixture
async def redis(redis_client: sync_redis.Redis) -> AsyncIterator[Redis]:
    client = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
    yield client
    await client.aclose()


class Calendar:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def cap_of(
    redis: Redis, subject: Subject = LIVE, limits: SpendLimits = LIMITS, now: Calendar | None = None
) -> RedisSpendCap:
    return RedisSpendCap(redis, subject, limits, PRICES, now=now or Calendar())


def spend(cap: RedisSpendCap, usd: int, kind: UsageKind = UsageKind.INPUT_TOKENS) -> None:
    cap.record(UsageRecord(kind, usd, "fake", "model", LIVE))


def another_live(tenant_id: UUID = TENANT) -> Subject:
    return Subject(tenant_id, uuid4())


async def test_a_live_spends_up_to_its_cap_whatever_it_spends_on(redis: Redis) -> None:
    cap = cap_of(redis)
    for kind in UsageKind:
        assert await cap.allows()
        spend(cap, 2, kind)
    assert cap.is_reached
    assert not await cap.allows()
    assert await cap_of(redis, another_live()).allows()


async def test_what_was_recorded_counts_at_once(redis: Redis) -> None:
    cap = cap_of(redis)
    assert not cap.is_reached
    spend(cap, 10)
    assert cap.is_reached


async def test_the_next_worker_goes_on_counting(redis: Redis) -> None:
    before = cap_of(redis)
    spend(before, 9)
    await before.allows()
    after = cap_of(redis)
    spend(after, 2)
    assert not await after.allows()


async def test_all_lives_together_spend_up_to_the_months_cap_and_anew_in_the_next(redis: Redis) -> None:
    calendar = Calendar()
    for _ in range(3):
        cap = cap_of(redis, another_live(), now=calendar)
        spend(cap, 7)
        await cap.allows()
    assert not await cap_of(redis, another_live(), now=calendar).allows()
    calendar.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert await cap_of(redis, another_live(), now=calendar).allows()


async def test_a_workspaces_lives_spend_up_to_its_own_cap_and_no_other_workspace_pays_for_it(
    redis: Redis,
) -> None:
    limits = SpendLimits(live_usd=0, month_usd=100, tenant_month_usd=10)
    for _ in range(2):
        cap = cap_of(redis, another_live(), limits)
        spend(cap, 5)
        await cap.allows()
    assert not await cap_of(redis, another_live(), limits).allows()
    assert await cap_of(redis, another_live(uuid4()), limits).allows()


async def test_what_no_live_spends_counts_for_the_month_only(redis: Redis) -> None:
    limits = SpendLimits(live_usd=1, month_usd=20)
    cap = cap_of(redis, Subject(TENANT), limits)
    spend(cap, 19)
    assert await cap.allows()
    assert await cap_of(redis, limits=limits).allows()
    spend(cap, 1)
    assert not await cap.allows()


async def test_nothing_is_counted_twice_and_the_counters_do_not_stay_forever(redis: Redis) -> None:
    cap = cap_of(redis)
    spend(cap, 3)
    for _ in range(3):
        await cap.allows()
    keys = await redis.keys("billing:spent:*")
    assert len(keys) == 3
    for key in keys:
        assert float(await redis.get(key) or 0) == pytest.approx(3)
        assert await redis.ttl(key) > 0


async def test_a_limit_of_zero_is_none(redis: Redis) -> None:
    cap = cap_of(redis, limits=SpendLimits(live_usd=0, month_usd=0))
    spend(cap, 1_000)
    assert await cap.allows()


async def test_without_redis_a_live_goes_by_what_it_has_spent_itself() -> None:
    options = {**settings.REDIS_ASYNC_OPTIONS, "retry": None, "socket_connect_timeout": 0.1}
    gone = Redis.from_url("redis://127.0.0.1:1/0", **options)
    cap = cap_of(gone)
    spend(cap, 5)
    assert await cap.allows()
    spend(cap, 5)
    assert not await cap.allows()
    await gone.aclose()


async def test_a_model_without_a_price_uses_the_cap_up(redis: Redis) -> None:
    cap = cap_of(redis)
    cap.record(UsageRecord(UsageKind.OUTPUT_TOKENS, 10, "nobody", "unknown", LIVE))
    assert not await cap.allows()
