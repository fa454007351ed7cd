"""Django's cache in Redis, which must never be what stops a request."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Key = str | bytes | memoryview


def _answering(when_away: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have a method of the client return `when_away` while Redis does not answer."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except (RedisError, OSError):
                logger.warning("redis unreachable: cache not used")
                return when_away

        return call

    return decorate


class FailOpenClient(RedisCacheClient):
    """Answers, while Redis is away, as a cache that is empty and forgets what it is given."""

    add = _answering(True)(RedisCacheClient.add)
    set = _answering(None)(RedisCacheClient.set)
    touch = _answering(False)(RedisCacheClient.touch)
    delete = _answering(False)(RedisCacheClient.delete)
    has_key = _answering(False)(RedisCacheClient.has_key)
    set_many = _answering(None)(RedisCacheClient.set_many)
    delete_many = _answering(None)(RedisCacheClient.delete_many)
    clear = _answering(False)(RedisCacheClient.clear)

    def get(self, key: Key, default: Any) -> Any:
        return _answering(default)(super().get)(key, default)

    def get_many(self, keys: Any) -> dict[Key, Any]:
        found: dict[Key, Any] = _answering({})(super().get_many)(keys)
        return found

    def incr(self, key: Key, delta: int) -> int:
        try:
            count: int = super().incr(key, delta)
        except (RedisError, OSError) as error:
            # The cache's own error for a key that it does not have.
            raise ValueError(f"Key {key!r} not found.") from error
        return count


class FailOpenRedisCache(RedisCache):
    """The cache backend. It holds only counters, such as those of the request limits.

    Limits that are counted in it do not apply while Redis is away, so that a mute is never refused for them.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FailOpenClient
