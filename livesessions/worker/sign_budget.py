"""Limits how many connections to TikTok's chat are signed a minute, across all workers."""

import logging

from providers.errors import RateLimitUnavailable
from providers.rate_limit import Window, take_async

logger = logging.getLogger(__name__)

WINDOW_S = 60.0
ALL_TENANTS = "sign-requests"


class RedisSignBudget:
    """Implements `SignBudget` in Redis: one limit for each tenant and one for all tenants together.

    A limit of 0 means no limit. Without Redis every request is allowed, so that lives can start.
    """

    def __init__(self, *, per_minute: int, per_tenant_per_minute: int) -> None:
        self._per_minute = per_minute
        self._per_tenant_per_minute = per_tenant_per_minute

    async def take(self, tenant: str) -> float:
        """Spend one request for a tenant and return 0, or return the seconds to wait before asking again."""
        limits = {f"{ALL_TENANTS}:{tenant}": self._per_tenant_per_minute, ALL_TENANTS: self._per_minute}
        windows = {name: Window(limit, WINDOW_S) for name, limit in limits.items() if limit > 0}
        try:
            return await take_async(windows)
        except RateLimitUnavailable:
            logger.warning("sign budget unreachable, request allowed: tenant=%s", tenant)
            return 0.0
