"""What language models have cost, by live and by month: counted in Redis, for all workers."""

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

    A reply's cost is counted when the next reply asks, so that nobody waits for it: at most a live's last
    one is missing. While Redis is away it goes by what it knew last and what this live has spent since.
    """

    def __init__(
        self,
        redis: Redis,
        session_id: UUID,
        *,
        live_usd: float,
        month_usd: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._redis = redis
        self._session_id = session_id
        self._limits = (live_usd, month_usd)
        self._now = now
        self._spent = (0.0, 0.0)
        self._pending = 0.0
        self._told = False

    async def allows(self) -> bool:
        """Count what is pending, and return whether both limits leave something to spend."""
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
        live_key, month_key = f"planner:spent:live:{self._session_id}", f"planner:spent:month:{month}"
        pipe = self._redis.pipeline()
        pipe.incrbyfloat(live_key, pending)
        pipe.incrbyfloat(month_key, pending)
        pipe.expire(live_key, LIVE_LIFETIME_S)
        pipe.expire(month_key, MONTH_LIFETIME_S)
        live_usd, month_usd, _, _ = await pipe.execute()
        self._spent = (float(live_usd), float(month_usd))
        self._pending -= pending
