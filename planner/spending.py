"""What language models have cost, by live, tenant and month: counted in Redis, for all workers."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.2
LIVE_LIFETIME_S = 7 * 86_400
MONTH_LIFETIME_S = 62 * 86_400


class RedisSpendCap:
    """The planner's `SpendCap` for one live; a limit of 0 is none. Months are UTC's.

    `month_usd` is for all tenants together, `tenant_month_usd` for all lives of a tenant.

    A reply's cost is counted when the next reply asks, so that nobody waits for it: at most a live's last
    one is missing. While Redis is away it goes by what it knew last and what this live has spent since.
    """

    def __init__(
        self,
        redis: Redis,
        session_id: UUID,
        *,
        tenant_id: UUID | None = None,
        live_usd: float,
        month_usd: float,
        tenant_month_usd: float = 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._redis = redis
        self._session_id = session_id
        self._tenant_id = tenant_id
        self._limits = (live_usd, month_usd, tenant_month_usd if tenant_id else 0.0)
        self._now = now
        self._spent = (0.0, 0.0, 0.0)
        self._pending = 0.0
        self._told = False

    async def allows(self) -> bool:
        """Count what is pending, and return whether all limits leave something to spend."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._count()
        except (RedisError, OSError):
            logger.warning("spend counter unreachable: session=%s", self._session_id)
        reached = any(
            limit > 0 and spent + self._pending >= limit
            for limit, spent in zip(self._limits, self._spent, strict=True)
        )
        if reached and not self._told:
            logger.warning("spend cap reached, ready lines only: session=%s", self._session_id)
        self._told = reached
        return not reached

    def add(self, usd: float) -> None:
        """Count a reply's cost with the next `allows`."""
        self._pending += usd

    async def _count(self) -> None:
        pending, month = self._pending, self._now().strftime("%Y-%m")
        counters = {
            f"planner:spent:live:{self._session_id}": LIVE_LIFETIME_S,
            f"planner:spent:month:{month}": MONTH_LIFETIME_S,
            f"planner:spent:tenant:{self._tenant_id or 'none'}:{month}": MONTH_LIFETIME_S,
        }
        pipe = self._redis.pipeline()
        for key in counters:
            pipe.incrbyfloat(key, pending)
        for key, lifetime_s in counters.items():
            pipe.expire(key, lifetime_s)
        live_usd, month_usd, tenant_usd, *_ = await pipe.execute()
        self._spent = (float(live_usd), float(month_usd), float(tenant_usd))
        self._pending -= pending
