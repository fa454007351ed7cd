"""Stores in Redis which pages are open on an overlay; each entry expires without a heartbeat."""

import json
import time
from typing import Any, TypedDict, cast
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from providers.redis import sync_redis

LIFETIME_MS = 15_000
MAX_PAGES = 10  # more than anybody needs; further pages are not stored


class OpenPage(TypedDict):
    """A page's last description of itself. `sound` is a `SoundState`, empty before the first report."""

    id: str
    page: int
    software: str
    version: str
    width: int
    height: int
    pixel_ratio: float
    audio: str
    visible: bool
    active: bool
    sound: str
    since_ms: int
    until_ms: int


class PresenceStore:
    """The open pages of one overlay. Redis errors are not caught."""

    def __init__(self, client: Redis, overlay_id: UUID) -> None:
        self._redis = client
        self._key = _key(overlay_id)

    async def put(self, page: OpenPage) -> bool:
        """Store a page for another `LIFETIME_MS` and delete expired pages.

        Return whether the page was stored already.
        """
        now_ms = _now_ms()
        entries: dict[Any, Any] = await self._redis.hgetall(self._key)
        present = _present(entries, now_ms)
        known = {entry["id"] for entry in present}
        gone = [name for name in entries if _text(name) not in known]
        pipe = self._redis.pipeline()
        if gone:
            pipe.hdel(self._key, *gone)
        if page["id"] in known or len(known) < MAX_PAGES:
            pipe.hset(self._key, page["id"], json.dumps({**page, "until_ms": now_ms + LIFETIME_MS}))
        pipe.pexpire(self._key, LIFETIME_MS)
        await pipe.execute()
        return page["id"] in known

    async def remove(self, page_id: str) -> None:
        await self._redis.hdel(self._key, page_id)

    async def read(self) -> list[OpenPage]:
        entries: dict[Any, Any] = await self._redis.hgetall(self._key)
        return _present(entries, _now_ms())


def read_pages(overlay_id: UUID) -> list[OpenPage]:
    """Return an overlay's open pages, oldest first; none if Redis is away. Blocks."""
    try:
        entries = cast("dict[Any, Any]", sync_redis().hgetall(_key(overlay_id)))
    except (RedisError, OSError):
        return []
    return _present(entries, _now_ms())


def count_pages(overlay_id: UUID) -> int | None:
    """Return how many pages are open on an overlay; None if Redis is away. Blocks."""
    try:
        entries = cast("dict[Any, Any]", sync_redis().hgetall(_key(overlay_id)))
    except (RedisError, OSError):
        return None
    return len(_present(entries, _now_ms()))


def _present(entries: dict[Any, Any], now_ms: int) -> list[OpenPage]:
    pages: list[OpenPage] = [json.loads(entry) for entry in entries.values()]
    return sorted(
        (page for page in pages if page["until_ms"] > now_ms), key=lambda page: (page["since_ms"], page["id"])
    )


def _key(overlay_id: UUID) -> str:
    return f"overlay:{overlay_id}:pages"


def _now_ms() -> int:
    return round(time.time() * 1000)


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name
