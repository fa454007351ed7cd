import asyncio
from collections.abc import AsyncIterator

import pytest
import redis as sync_redis
from django.conf import settings
from redis.asyncio import Redis

from livesessions.worker.sign_budget import EVERYBODY, WINDOW_MS, RedisSignBudget


@pytest.fixture
async def redis(redis_client: sync_redis.Redis) -> AsyncIterator[Redis]:
    client = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
    yield client
    await client.aclose()


def budget_of(redis: Redis, *, per_minute: int = 5, per_tenant: int = 3) -> RedisSignBudget:
    return RedisSignBudget(redis, per_minute=per_minute, per_tenant_per_minute=per_tenant)


async def age(redis: Redis, key: str, by_ms: int) -> None:
    """Make the requests noted under a key older."""
    for member in await redis.zrange(key, 0, -1):
        assert isinstance(member, bytes)
        await redis.zincrby(key, -by_ms, member)


async def test_a_tenant_has_its_share_and_then_waits(redis: Redis) -> None:
    budget = budget_of(redis)
    assert [await budget.take("a") for _ in range(3)] == [0.0] * 3
    assert 58.0 < await budget.take("a") <= 60.0
    assert await budget.take("b") == 0.0


async def test_all_tenants_together_have_a_limit_too(redis: Redis) -> None:
    budget = budget_of(redis)
    assert [await budget.take(tenant) for tenant in "aabbc"] == [0.0] * 5
    assert await budget.take("d") > 0


async def test_workers_that_ask_at_once_never_get_more_than_there_is(redis: Redis) -> None:
    budgets = [budget_of(redis, per_tenant=4) for _ in range(12)]
    waits = await asyncio.gather(*[budget.take("a") for budget in budgets])
    assert waits.count(0.0) == 4


async def test_a_refused_request_is_not_counted(redis: Redis) -> None:
    budget = budget_of(redis)
    for _ in range(9):
        await budget.take("a")
    assert await redis.zcard(EVERYBODY) == 3


async def test_the_wait_ends_when_the_oldest_request_is_a_minute_old(redis: Redis) -> None:
    budget = budget_of(redis)
    for _ in range(3):
        await budget.take("a")
    await age(redis, f"{EVERYBODY}:a", WINDOW_MS - 10_000)
    assert 8.0 < await budget.take("a") <= 10.0
    await age(redis, f"{EVERYBODY}:a", 10_000)
    assert await budget.take("a") == 0.0


async def test_nothing_is_kept_for_longer_than_a_minute(redis: Redis) -> None:
    await budget_of(redis).take("a")
    assert 0 < await redis.pttl(EVERYBODY) <= WINDOW_MS
    assert 0 < await redis.pttl(f"{EVERYBODY}:a") <= WINDOW_MS


async def test_a_limit_of_zero_is_none(redis: Redis) -> None:
    budget = budget_of(redis, per_minute=0, per_tenant=0)
    assert {await budget.take("a") for _ in range(50)} == {0.0}


async def test_without_redis_every_request_passes() -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:9/0")
    assert await budget_of(nowhere).take("a") == 0.0
    await nowhere.aclose()
