"""How many connections to TikTok's chat may be signed a minute: counted in Redis, for all workers."""

import logging
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WINDOW_MS = 60_000
EVERYBODY = "sign-requests"

# Two sliding windows, the tenant's and everybody's: a request counts in both or, when either is full, in
# none. Returns the milliseconds until both have room. Redis's own clock, so that the workers' may differ.
TAKE = """
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[1])
local wait = 0
for i, key in ipairs(KEYS) do
  redis.call("ZREMRANGEBYSCORE", key, "-inf", now - window)
  local limit = tonumber(ARGV[i + 2])
  local surplus = redis.call("ZCARD", key) - limit
  if limit > 0 and surplus >= 0 then
    local oldest = redis.call("ZRANGE", key, surplus, surplus, "WITHSCORES")
    wait = math.max(wait, oldest[2] + window - now)
  end
end
if wait > 0 then return wait end
for _, key in ipairs(KEYS) do
  redis.call("ZADD", key, now, ARGV[2])
  redis.call("PEXPIRE", key, window)
end
return 0
"""


class RedisSignBudget:
    """The healing source's `SignBudget`; a limit of 0 is none.

    Without Redis it lets every request pass: a live comes first.
    """

    def __init__(self, redis: Redis, *, per_minute: int, per_tenant_per_minute: int) -> None:
        self._take = redis.register_script(TAKE)
        self._limits = (per_tenant_per_minute, per_minute)

    async def take(self, tenant: str) -> float:
        """Take one request for a tenant and return 0, or return in how many seconds to ask again."""
        try:
            wait_ms = await self._take(
                keys=[f"{EVERYBODY}:{tenant}", EVERYBODY], args=[WINDOW_MS, uuid4().hex, *self._limits]
            )
        except (RedisError, OSError):
            logger.warning("sign budget unreachable, request let pass: tenant=%s", tenant)
            return 0.0
        return int(wait_ms) / 1000
