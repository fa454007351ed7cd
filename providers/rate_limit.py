"""Limits how often something may happen: counted in Redis, for all processes, by Redis's clock.

`docs/decisions/0012-one-floor-for-the-outside.md` says why this is not the `limits` library.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from redis.exceptions import RedisError

from providers.errors import RateLimitUnavailable
from providers.redis import async_redis, sync_redis

# All limits or none: what one of them refuses is counted by none. Returns the seconds until all have room.
# - "bucket", rate, burst: the generic cell rate algorithm. The key holds the time when the bucket is full.
# - "window", limit, seconds: a sliding log. The key is a sorted set of what was taken, by time.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local cost, id = tonumber(ARGV[1]), ARGV[2]
local wait, full_at = 0, {}
for i, key in ipairs(KEYS) do
  local kind, a, b = ARGV[3 * i], tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  if kind == 'bucket' then
    full_at[i] = math.max(now, tonumber(redis.call('GET', key) or 0)) + cost / a
    wait = math.max(wait, full_at[i] - now - b / a)
  else
    redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.6f', now - b))
    local surplus = redis.call('ZCARD', key) + cost - a
    if surplus > 0 then
      local last = redis.call('ZRANGE', key, surplus - 1, surplus - 1, 'WITHSCORES')
      wait = math.max(wait, last[2] + b - now)
    end
  end
end
if wait > 0.000001 then return string.format('%.6f', wait) end
for i, key in ipairs(KEYS) do
  local a, b = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  if full_at[i] then
    redis.call('SET', key, string.format('%.6f', full_at[i]), 'EX', math.ceil(b / a) + 1)
  else
    for n = 1, cost do redis.call('ZADD', key, string.format('%.6f', now), id .. ':' .. n) end
    redis.call('PEXPIRE', key, math.ceil(b * 1000))
  end
end
return '0'
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate_per_s` for ever, and `burst` at once after a silence: t seconds see burst + t * rate at most."""

    rate_per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` in any `window_s` seconds. Costs Redis one entry for each of them."""

    limit: int
    window_s: float


RateLimit = Bucket | Window


def take(limits: Mapping[str, RateLimit], cost: int = 1) -> float:
    """Take `cost` from all limits, by name, and return 0; or take nothing and return the seconds to wait.

    Blocks. Raise `RateLimitUnavailable` when Redis does not answer: the caller knows whether to let it pass.
    """
    if not limits:
        return 0.0
    keys, arguments = _call(limits, cost)
    try:
        return float(sync_redis().register_script(TAKE)(keys=keys, args=arguments))
    except (RedisError, OSError) as error:
        raise RateLimitUnavailable("Redis did not count a rate limit.") from error


async def take_async(limits: Mapping[str, RateLimit], cost: int = 1) -> float:
    """Do what `take` does, on the event loop."""
    if not limits:
        return 0.0
    keys, arguments = _call(limits, cost)
    try:
        return float(await async_redis().register_script(TAKE)(keys=keys, args=arguments))
    except (RedisError, OSError) as error:
        raise RateLimitUnavailable("Redis did not count a rate limit.") from error


def forget(names: Iterable[str]) -> None:
    """Forget what was taken from limits, by name. Blocks. Raise `RateLimitUnavailable` as `take` does."""
    try:
        sync_redis().delete(*map(_key, names))
    except (RedisError, OSError) as error:
        raise RateLimitUnavailable("Redis did not forget a rate limit.") from error


def _key(name: str) -> str:
    return f"rate-limit:{name}"


def _call(limits: Mapping[str, RateLimit], cost: int) -> tuple[list[str], list[str | float]]:
    arguments: list[str | float] = [cost, uuid4().hex]
    for name, limit in limits.items():
        match limit:
            case Bucket(rate_per_s=rate_per_s, burst=most):
                arguments += ["bucket", rate_per_s, most]
            case Window(limit=most, window_s=window_s):
                arguments += ["window", most, window_s]
        if cost > most:
            raise ValueError(f"{name} never allows {cost} at once")
    return [_key(name) for name in limits], arguments
