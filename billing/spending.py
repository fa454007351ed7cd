"""Caps what the installation spends in a month; counted in Redis, for all workers and workspaces.

What a live and a workspace may spend is in the ledger (`billing/caps.py`).
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from billing.prices import PriceBook
from billing.usage import UsageRecord

logger = logging.getLogger(__name__)

PREFIX = "billing:spent:"
TIMEOUT_S = 0.2
MONTH_LIFETIME_S = 62 * 86_400


class InstallationCap:
    """The most that all workspaces together may spend in a month of UTC, in US dollars; 0 is no limit.

    What is recorded goes to Redis with the next `allows`, so that no call waits for it. While Redis is away
    the cap goes by what it knew last and what was recorded here since.
    """

    def __init__(
        self,
        redis: Redis,
        month_usd: float,
        prices: PriceBook,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._redis = redis
        self._month_usd = month_usd
        self._prices = prices
        self._now = now
        self._spent_usd = 0.0
        self._pending_usd = 0.0
        self._sent_usd = 0.0  # on its way to Redis
        self._was_reached = False

    def record(self, usage: UsageRecord) -> None:
        """Count what a call has cost with the next `allows`."""
        self._pending_usd += self._prices.cost_usd(usage.kind, usage.quantity, usage.provider, usage.model)

    @property
    def is_reached(self) -> bool:
        """Whether the limit is reached, by what was known last and what was recorded since."""
        return 0 < self._month_usd <= self._spent_usd + self._sent_usd + self._pending_usd

    async def allows(self) -> bool:
        """Write down what is pending, and return whether the limit leaves something to spend."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._count()
        except (RedisError, OSError):
            logger.warning("spend counter unreachable")
        reached = self.is_reached
        if reached and not self._was_reached:
            logger.warning("the installation's spend cap is reached, only free services are used")
        self._was_reached = reached
        return not reached

    async def _count(self) -> None:
        # Taken before the wait: several lives ask at once, and each amount is sent by one of them.
        sent_usd, self._pending_usd = self._pending_usd, 0.0
        self._sent_usd += sent_usd
        name = f"{PREFIX}month:{self._now():%Y-%m}"
        pipe = self._redis.pipeline()
        pipe.incrbyfloat(name, sent_usd)
        pipe.expire(name, MONTH_LIFETIME_S)
        try:
            self._spent_usd = float((await pipe.execute())[0])
        except BaseException:
            self._pending_usd += sent_usd
            raise
        finally:
            self._sent_usd -= sent_usd
