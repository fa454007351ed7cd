"""Limits how many connections to TikTok's chat are signed a minute, for all workers together."""

import logging

from providers.errors import RateLimitUnavailable
from providers.rate_limit import Window, take_async

logger = logging.getLogger(__name__)

WINDOW_S = 60.0
ALL_TENANTS = "sign-requests"


class RedisSignBudget:
    """The healing source's `SignBudget`: a request counts for its tenant and for all, or is not made.

    A limit of 0 is none. Without Redis it lets every request pass: a live comes first.
    """

    def __init__(self, *, per_minute: int, per_tenant_per_minute: int) -> None:
        self._per_minute = per_minute
        self._per_tenant_per_minute = per_tenant_per_minute

    async def take(self, tenant: str) -> float:
        """Take one request for a tenant and return 0, or return in how many seconds to ask again."""
        limits = {f"{ALL_TENANTS}:{tenant}": self._per_tenant_per_minute, ALL_TENANTS: self._per_minute}
        windows = {name: Window(limit, WINDOW_S) for name, limit in limits.items() if limit > 0}
        try:
            return await take_async(windows)
        except RateLimitUnavailable:
            logger.warning("sign budget unreachable, request let pass: tenant=%s", tenant)
            return 0.0
