"""Stores what a stream is doing, and its preview, in Redis for a short time."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any, cast
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from encoder.broadcast.report import StreamPhase, StreamReport
from providers.redis import sync_redis

TIMEOUT_S = 1.0
REPORT_TTL_MS = 5_000
PREVIEW_TTL_MS = 30_000
# How long a server may hold the stream of a worker that is gone.
HELD_TTL_MS = 120_000


class StreamReports:
    """Writes the reports of one stream; while Redis is away, nothing is stored."""

    def __init__(self, redis: Redis, use_id: UUID) -> None:
        self._redis, self._use_id = redis, use_id

    async def store(self, report: StreamReport) -> None:
        """Store a report; it expires unless another follows."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(_key(self._use_id, "report"), json.dumps(report), px=REPORT_TTL_MS)
        if report["phase"] == StreamPhase.PUBLISHING:
            pipe.set(_key(self._use_id, "published"), 1, px=HELD_TTL_MS)
        await self._bounded(pipe.execute())

    async def store_preview(self, jpeg: bytes) -> None:
        """Store a still; it expires after 30 seconds."""
        await self._bounded(self._redis.set(_key(self._use_id, "preview"), jpeg, px=PREVIEW_TTL_MS))

    async def was_published(self) -> bool | None:
        """Return whether a stream was published a moment ago, perhaps by another worker; None: not known."""
        found = await self._bounded(self._redis.exists(_key(self._use_id, "published")))
        return None if found is None else bool(found)

    async def _bounded(self, request: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await request
        except (RedisError, OSError):
            return None


def read_report(use_id: UUID) -> StreamReport | None:
    """Return what the stream of a show is doing; None when nobody streams or it is not known. Blocks."""
    stored = _read(use_id, "report")
    return cast("StreamReport", json.loads(stored)) if stored else None


def read_preview(use_id: UUID) -> bytes | None:
    """Return the latest still of a stream as a JPEG; None when there is none. Blocks."""
    return _read(use_id, "preview")


def _read(use_id: UUID, what: str) -> bytes | None:
    try:
        stored = sync_redis().get(_key(use_id, what))
    except (RedisError, OSError):
        return None
    return stored if isinstance(stored, bytes) else None


def _key(use_id: UUID, what: str) -> str:
    return f"encoder:stream:{use_id}:{what}"
