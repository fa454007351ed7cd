"""Caps what a live, a workspace and the installation spend; counted in Redis, for all workers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakValueDictionary

from redis.asyncio import Redis
from redis.exceptions import RedisError

from billing.prices import PriceBook
from billing.usage import Subject, UsageRecord

logger = logging.getLogger(__name__)

PREFIX = "billing:spent:"
TIMEOUT_S = 0.2
LIVE_LIFETIME_S = 7 * 86_400
MONTH_LIFETIME_S = 62 * 86_400


@dataclass(frozen=True, slots=True)
class SpendLimits:
    """The most that may be spent, in US dollars; 0 is no limit. Months are UTC's.

    `month_usd` is for all workspaces together, `tenant_month_usd` for all lives of a workspace.
    """

    live_usd: float
    month_usd: float
    tenant_month_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class MonthSpending:
    """What a workspace has spent this month, in US dollars, and the most it may spend; 0 is no limit."""

    spent_usd: float
    limit_usd: float

    @property
    def share(self) -> float:
        """The used share of the limit, from 0 to 1; 0 without a limit."""
        return min(1.0, self.spent_usd / self.limit_usd) if self.limit_usd else 0.0


class RedisSpendCap:
    """The `SpendCap` of one subject. Without a live only the months' limits apply.

    What is recorded goes to Redis with the next `allows`, so that no call waits for it. While Redis is away
    the cap goes by what it knew last and what was recorded here since.
    """

    def __init__(
        self,
        redis: Redis,
        subject: Subject,
        limits: SpendLimits,
        prices: PriceBook,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.subject = subject
        self._redis = redis
        self._limits = (limits.live_usd, limits.month_usd, limits.tenant_month_usd)
        self._prices = prices
        self._now = now
        self._spent = (0.0, 0.0, 0.0)
        self._pending = 0.0
        self._was_reached = False

    def record(self, usage: UsageRecord) -> None:
        """Count what a call has cost with the next `allows`."""
        self._pending += self._prices.cost_usd(usage.kind, usage.quantity, usage.provider, usage.model)

    @property
    def is_reached(self) -> bool:
        """Whether a limit is reached, by what was known last and what was recorded since."""
        return any(
            limit > 0 and spent + self._pending >= limit
            for limit, spent in zip(self._limits, self._spent, strict=True)
        )

    @property
    def tenant_month(self) -> MonthSpending:
        """What the subject's workspace has spent this month, as far as it is known here."""
        return MonthSpending(self._spent[2] + self._pending, self._limits[2])

    async def allows(self) -> bool:
        """Write down what is pending, and return whether all limits leave something to spend."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._count()
        except (RedisError, OSError):
            logger.warning("spend counter unreachable: live=%s", self.subject.live_id)
        reached = self.is_reached
        if reached and not self._was_reached:
            logger.warning(
                "spend cap reached, only free services are used: tenant=%s live=%s",
                self.subject.tenant_id,
                self.subject.live_id,
            )
        self._was_reached = reached
        return not reached

    async def _count(self) -> None:
        pending, month = self._pending, self._now().strftime("%Y-%m")
        live_id, tenant_id = self.subject.live_id, self.subject.tenant_id
        counters = (
            (f"live:{live_id}" if live_id else "", LIVE_LIFETIME_S),
            (f"month:{month}", MONTH_LIFETIME_S),
            (f"tenant:{tenant_id}:{month}" if tenant_id else "", MONTH_LIFETIME_S),
        )
        pipe = self._redis.pipeline()
        for name, lifetime_s in counters:
            if name:
                pipe.incrbyfloat(f"{PREFIX}{name}", pending)
                pipe.expire(f"{PREFIX}{name}", lifetime_s)
        totals = iter((await pipe.execute())[::2])
        live_usd, month_usd, tenant_usd = (float(next(totals)) if name else 0.0 for name, _ in counters)
        self._spent = (live_usd, month_usd, tenant_usd)
        self._pending -= pending


class SpendCaps:
    """Gives out each subject's cap: one object while anybody holds it, so that all its calls count."""

    def __init__(self, redis: Redis, limits: SpendLimits, prices: PriceBook) -> None:
        self.prices = prices
        self._redis = redis
        self._limits = limits
        self._held: WeakValueDictionary[Subject, RedisSpendCap] = WeakValueDictionary()

    def cap_of(self, subject: Subject) -> RedisSpendCap:
        """Return a subject's cap."""
        cap = self._held.get(subject)
        if cap is None:
            cap = self._held[subject] = RedisSpendCap(self._redis, subject, self._limits, self.prices)
        return cap
