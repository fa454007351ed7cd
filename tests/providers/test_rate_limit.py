import asyncio
from typing import Any

import pytest
import redis

from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, Window, forget, take, take_async

BURST = Bucket(rate_per_s=0.01, burst=3)
MINUTE = Window(limit=3, window_s=60.0)


@pytest.fixture(autouse=True)
def _empty(redis_client: redis.Redis) -> None:
    """Each test begins with nothing counted."""


def test_a_bucket_gives_its_burst_at_once_and_then_as_it_fills() -> None:
    assert [take({"x": BURST}) for _ in range(3)] == [0.0] * 3
    assert 98.0 < take({"x": BURST}) <= 100.0


def test_a_bucket_fills_while_nobody_takes(redis_client: redis.Redis) -> None:
    for _ in range(3):
        take({"x": BURST})
    earlier(redis_client, "x", 200.0)
    assert [take({"x": BURST}) == 0 for _ in range(3)] == [True, True, False]


def test_a_window_never_gives_more_than_its_limit_in_any_span(redis_client: redis.Redis) -> None:
    assert take({"x": MINUTE}) == 0.0
    age(redis_client, "x", 50.0)
    assert [take({"x": MINUTE}) for _ in range(2)] == [0.0] * 2
    assert 8.0 < take({"x": MINUTE}) <= 10.0
    age(redis_client, "x", 10.0)
    assert take({"x": MINUTE}) == 0.0
    assert 48.0 < take({"x": MINUTE}) <= 50.0


def test_a_cost_counts_as_often(redis_client: redis.Redis) -> None:
    for limit in (BURST, MINUTE):
        assert take({f"{limit}": limit}, cost=2) == 0.0
        assert take({f"{limit}": limit}, cost=2) > 0
        assert take({f"{limit}": limit}, cost=1) == 0.0
        assert take({f"{limit}": limit}, cost=1) > 0


@pytest.mark.parametrize("limit", [BURST, MINUTE], ids=["bucket", "window"])
def test_a_cost_that_never_fits_is_a_fault_of_the_caller(limit: Any) -> None:
    with pytest.raises(ValueError, match="never allows 4"):
        take({"x": limit}, cost=4)


def test_what_one_limit_refuses_is_counted_by_none() -> None:
    mine, all_of_us = Window(limit=1, window_s=60.0), Bucket(rate_per_s=0.01, burst=3)
    assert take({"mine": mine, "all": all_of_us}) == 0.0
    for _ in range(9):
        assert take({"mine": mine, "all": all_of_us}) > 0
    assert [take({"all": all_of_us}) == 0 for _ in range(3)] == [True, True, False]


def test_the_longest_wait_of_all_limits_counts() -> None:
    short, long = Window(limit=1, window_s=5.0), Window(limit=1, window_s=50.0)
    take({"short": short, "long": long})
    assert 45.0 < take({"short": short, "long": long}) <= 50.0


def test_names_are_counted_apart_and_no_limit_is_none() -> None:
    assert [take({name: MINUTE}, cost=3) for name in "ab"] == [0.0, 0.0]
    assert {take({}) for _ in range(9)} == {0.0}


async def test_those_who_take_at_once_never_get_more_than_there_is() -> None:
    for limit in (BURST, MINUTE):
        waits = await asyncio.gather(*(take_async({str(limit): limit}) for _ in range(20)))
        assert waits.count(0.0) == 3


def test_a_key_goes_away_when_it_says_nothing_any_more(redis_client: redis.Redis) -> None:
    take({"bucket": BURST, "window": MINUTE})
    assert 0 < redis_client.ttl("rate-limit:bucket") <= 301
    assert 0 < redis_client.ttl("rate-limit:window") <= 60


def test_what_is_forgotten_can_be_taken_again() -> None:
    for name in ("mine", "yours"):
        assert take({name: MINUTE}, cost=3) == 0.0
    forget(["mine"])
    assert take({"mine": MINUTE}, cost=3) == 0.0
    assert take({"yours": MINUTE}) > 0


async def test_without_redis_the_caller_decides(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    with pytest.raises(RateLimitUnavailable):
        await take_async({"x": MINUTE})
    with pytest.raises(RateLimitUnavailable):
        take({"x": MINUTE})
    with pytest.raises(RateLimitUnavailable):
        forget(["x"])


def earlier(client: redis.Redis, name: str, by_s: float) -> None:
    """Make a bucket full sooner, as if time had passed."""
    full_at = float(client.get(f"rate-limit:{name}") or 0)
    client.set(f"rate-limit:{name}", full_at - by_s)


def age(client: redis.Redis, name: str, by_s: float) -> None:
    """Make what a window has counted older."""
    for member in client.zrange(f"rate-limit:{name}", 0, -1):
        assert isinstance(member, bytes)
        client.zincrby(f"rate-limit:{name}", -by_s, member)
