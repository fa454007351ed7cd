from typing import Any

import pytest
import redis

from livesessions.worker.sign_budget import RedisSignBudget


@pytest.fixture(autouse=True)
def _empty(redis_client: redis.Redis) -> None:
    """Each test begins with nothing counted."""


def budget_of(*, per_minute: int = 5, per_tenant: int = 3) -> RedisSignBudget:
    return RedisSignBudget(per_minute=per_minute, per_tenant_per_minute=per_tenant)


async def test_a_tenant_has_its_share_and_then_waits() -> None:
    budget = budget_of()
    assert [await budget.take("a") for _ in range(3)] == [0.0] * 3
    assert 58.0 < await budget.take("a") <= 60.0
    assert await budget.take("b") == 0.0


async def test_all_tenants_together_have_a_limit_too() -> None:
    budget = budget_of()
    assert [await budget.take(tenant) for tenant in "aabbc"] == [0.0] * 5
    assert await budget.take("d") > 0


async def test_a_refused_request_is_not_counted_for_all() -> None:
    budget = budget_of()
    for _ in range(9):
        await budget.take("a")
    assert [await budget.take("b") for _ in range(2)] == [0.0] * 2
    assert await budget.take("c") > 0


@pytest.mark.parametrize(("per_minute", "per_tenant", "passed"), [(0, 0, 50), (0, 3, 3), (5, 0, 5)])
async def test_a_limit_of_zero_is_none(per_minute: int, per_tenant: int, passed: int) -> None:
    budget = budget_of(per_minute=per_minute, per_tenant=per_tenant)
    waits = [await budget.take("a") for _ in range(50)]
    assert waits.count(0.0) == passed


async def test_without_redis_every_request_passes(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert await budget_of().take("a") == 0.0
