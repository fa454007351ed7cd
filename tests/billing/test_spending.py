from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
import redis as sync_redis
from django.conf import settings
from redis.asyncio import Redis

from billing.prices import Price, PriceBook
from billing.spending import InstallationCap
from billing.usage import Subject, UsageKind, UsageRecord

EACH_COSTS_A_DOLLAR = dict.fromkeys(UsageKind, 1000000.0)
PRICES = PriceBook((Price("fake", "*", EACH_COSTS_A_DOLLAR, "test", date(2026, 1, 1)),))


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


def cap_of(redis: Redis, month_usd: float = 20, now: Calendar | None = None) -> InstallationCap:
    return InstallationCap(redis, month_usd, PRICES, now=now or Calendar())


def spend(cap: InstallationCap, usd: int, kind: UsageKind = UsageKind.INPUT_TOKENS) -> None:
    cap.record(UsageRecord(kind, usd, "fake", "model", Subject()))


async def test_whatever_is_used_counts_at_once(redis: Redis) -> None:
    cap = cap_of(redis, month_usd=2 * len(UsageKind))
    for kind in UsageKind:
        assert await cap.allows()
        spend(cap, 2, kind)
    assert cap.is_reached
    assert not await cap.allows()


async def test_all_workers_share_the_month_and_the_next_begins_anew(redis: Redis) -> None:
    calendar = Calendar()
    for _ in range(3):
        cap = cap_of(redis, now=calendar)
        spend(cap, 7)
        await cap.allows()
    assert not await cap_of(redis, now=calendar).allows()
    calendar.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert await cap_of(redis, now=calendar).allows()


async def test_nothing_is_counted_twice_and_the_counter_does_not_stay_forever(redis: Redis) -> None:
    cap = cap_of(redis)
    spend(cap, 3)
    for _ in range(3):
        await cap.allows()
    (key,) = await redis.keys("billing:spent:*")
    assert float(await redis.get(key) or 0) == pytest.approx(3)
    assert await redis.ttl(key) > 0


async def test_a_limit_of_zero_is_none(redis: Redis) -> None:
    cap = cap_of(redis, month_usd=0)
    spend(cap, 1_000)
    assert await cap.allows()


async def test_without_redis_a_process_goes_by_what_it_has_spent_itself() -> None:
    options = {**settings.REDIS_ASYNC_OPTIONS, "retry": None, "socket_connect_timeout": 0.1}
    gone = Redis.from_url("redis://127.0.0.1:1/0", **options)
    cap = cap_of(gone, month_usd=10)
    spend(cap, 5)
    assert await cap.allows()
    spend(cap, 5)
    assert not await cap.allows()
    await gone.aclose()


async def test_a_model_without_a_price_uses_the_cap_up(redis: Redis) -> None:
    cap = cap_of(redis, month_usd=10)
    cap.record(UsageRecord(UsageKind.OUTPUT_TOKENS, 10, "nobody", "unknown", Subject()))
    assert not await cap.allows()
