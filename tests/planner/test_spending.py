from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import redis as sync_redis
from django.conf import settings
from redis.asyncio import Redis

from planner.spending import RedisSpendCap
from planner.stage.prices import price_of

LIVE = UUID(int=1)
TENANT = UUID(int=2)


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
    redis: Redis,
    *,
    session_id: UUID = LIVE,
    live_usd: float = 1.0,
    month_usd: float = 2.0,
    tenant_id: UUID = TENANT,
    tenant_month_usd: float = 0.0,
    now: Calendar | None = None,
) -> RedisSpendCap:
    return RedisSpendCap(
        redis,
        session_id,
        tenant_id=tenant_id,
        live_usd=live_usd,
        month_usd=month_usd,
        tenant_month_usd=tenant_month_usd,
        now=now or Calendar(),
    )


async def test_a_live_spends_up_to_its_cap(redis: Redis) -> None:
    cap = cap_of(redis)
    assert await cap.allows()
    cap.add(0.6)
    assert await cap.allows()
    cap.add(0.4)
    assert not await cap.allows()
    assert await cap_of(redis, session_id=uuid4()).allows()


async def test_the_next_worker_goes_on_counting(redis: Redis) -> None:
    before = cap_of(redis)
    before.add(0.9)
    await before.allows()
    after = cap_of(redis)
    after.add(0.2)
    assert not await after.allows()


async def test_all_lives_together_spend_up_to_the_months_cap_and_anew_in_the_next(redis: Redis) -> None:
    calendar = Calendar()
    for _ in range(3):
        cap = cap_of(redis, session_id=uuid4(), now=calendar)
        cap.add(0.7)
        await cap.allows()
    assert not await cap_of(redis, session_id=uuid4(), now=calendar).allows()
    calendar.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert await cap_of(redis, session_id=uuid4(), now=calendar).allows()


async def test_a_tenants_lives_together_spend_up_to_its_own_cap_and_no_other_tenant_pays_for_it(
    redis: Redis,
) -> None:
    calendar = Calendar()

    def another(tenant_id: UUID = TENANT) -> RedisSpendCap:
        return cap_of(
            redis,
            session_id=uuid4(),
            tenant_id=tenant_id,
            month_usd=100.0,
            tenant_month_usd=1.0,
            now=calendar,
        )

    for _ in range(2):
        cap = another()
        cap.add(0.5)
        await cap.allows()
    assert not await another().allows()
    assert await another(uuid4()).allows()
    calendar.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert await another().allows()


async def test_nothing_is_counted_twice_and_the_counters_do_not_stay_forever(redis: Redis) -> None:
    cap = cap_of(redis)
    cap.add(0.25)
    for _ in range(3):
        await cap.allows()
    keys = await redis.keys("planner:spent:*")
    assert len(keys) == 3
    for key in keys:
        assert float(await redis.get(key) or 0) == pytest.approx(0.25)
        assert await redis.ttl(key) > 0


async def test_a_limit_of_zero_is_none(redis: Redis) -> None:
    cap = cap_of(redis, live_usd=0.0, month_usd=0.0)
    cap.add(1_000.0)
    assert await cap.allows()


async def test_without_redis_a_live_goes_by_what_it_has_spent_itself() -> None:
    options = {**settings.REDIS_ASYNC_OPTIONS, "retry": None, "socket_connect_timeout": 0.1}
    gone = Redis.from_url("redis://127.0.0.1:1/0", **options)
    cap = cap_of(gone)
    cap.add(0.5)
    assert await cap.allows()
    cap.add(0.5)
    assert not await cap.allows()
    await gone.aclose()


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o-2024-11-20", "gpt-4o"),
    ],
)
def test_a_dated_release_has_the_price_of_its_model(model: str, listed: str) -> None:
    price = price_of(model)
    assert price is not None
    assert price == price_of(listed)
    assert 0 < price.prompt < price.completion


@pytest.mark.parametrize("model", ["llama3.2", "gpt-4o-mini-audio-preview", "gpt-4", ""])
def test_a_model_that_is_not_listed_has_no_price(model: str) -> None:
    assert price_of(model) is None


def test_a_price_is_told_per_million_tokens() -> None:
    price = price_of("gpt-4o-mini")
    assert price is not None
    assert price.cost_usd(1_000_000, 1_000_000) == pytest.approx(0.75)
    assert price.as_of.year >= 2025
