"""Events that a bridge of the streamer's own posted: out of the session's Redis stream, as `LiveEvent`s."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chatsources.errors import SourceFault
from chatsources.events import LiveEvent
from chatsources.port import CONNECTED, SourceCounts, SourcePhase, SourceState
from chatsources.state import event_from_state, event_to_state

BATCH = 50
BLOCK_S = 5.0
PATIENCE_S = 5.0  # beyond `BLOCK_S`: a Redis that says nothing at all is as good as away
RETRY_S = 0.5
CONNECTING = SourceState(SourcePhase.CONNECTING)
AWAY = SourceState(SourcePhase.WAITING, retry_in_s=1, fault=SourceFault.CONNECTION_LOST)

Entry = tuple[str, int, LiveEvent | None]


def stream_of(session_id: UUID | str) -> str:
    """Name the stream; an entry's `event` is a `LiveEvent` as JSON, its `n` counts the session's from 1."""
    return f"livesessions:{session_id}:events"


def progress_of(session_id: UUID | str) -> str:
    """Name the hash: `given` is the last `n`; `position` and `taken` are the last entry read and its `n`."""
    return f"livesessions:{session_id}:events:progress"


def event_to_json(event: LiveEvent) -> str:
    return json.dumps(event_to_state(event))


def event_from_json(raw: str | bytes) -> LiveEvent:
    """Raise KeyError, TypeError or ValueError for anything that `event_to_json` did not write."""
    return event_from_state(json.loads(raw))


class BridgeSource:
    """What comes in by the side door, from where the last reader of the session stopped.

    An event counts as taken once the next one is asked for. The position is written down after every batch
    and on closing, so that a reader that was closed leaves off exactly where the next begins; one that was
    killed leaves `BATCH` events at most to be read again. While Redis is away it tries again and says so in
    `state`; it never raises for it. It never ends by itself: who reads it stops at `ENDED`.
    """

    def __init__(self, redis: Redis, session_id: UUID | str) -> None:
        self._redis = redis
        self._stream = stream_of(session_id)
        self._progress = progress_of(session_id)
        self._counts = SourceCounts()
        self._state = CONNECTING
        self._read: tuple[str, int] | None = None
        self._taken: tuple[str, int] | None = None

    @property
    def counts(self) -> SourceCounts:
        return self._counts

    @property
    def state(self) -> SourceState:
        return self._state

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield what was posted, for as long as it is read."""
        self._read = self._taken = None
        try:
            while True:
                for entry_id, number, event in await self._next_entries():
                    if event is not None:
                        yield event
                    self._taken = entry_id, number
                await self._save()
        finally:
            await self._save()

    async def _next_entries(self) -> list[Entry]:
        while True:
            try:
                async with asyncio.timeout(BLOCK_S + PATIENCE_S):
                    position, number = self._read = self._read or await self._load()
                    reply = await self._redis.xread(
                        {self._stream: position}, count=BATCH, block=round(BLOCK_S * 1000)
                    )
            except (RedisError, OSError):
                self._state = AWAY
                await asyncio.sleep(RETRY_S)
                continue
            self._counts.reconnects += self._state is AWAY
            self._state = CONNECTED
            entries = [self._entry(entry_id.decode(), fields) for entry_id, fields in _flat(reply)]
            if entries:
                self._count_lost(number, [number for _, number, _ in entries])
                self._read = entries[-1][:2]
                return entries

    async def _load(self) -> tuple[str, int]:
        found: list[Any] = await self._redis.hmget(self._progress, ["position", "taken"])
        position, taken = found
        return (position.decode(), int(taken)) if position and taken else ("0", 0)

    def _entry(self, entry_id: str, fields: Mapping[bytes, bytes]) -> Entry:
        self._counts.received += 1
        try:
            entry = entry_id, int(fields[b"n"]), event_from_json(fields[b"event"])
        except (TypeError, ValueError, LookupError):
            self._counts.broken += 1
            return entry_id, 0, None
        self._counts.decoded += 1
        return entry

    def _count_lost(self, before: int, numbers: list[int]) -> None:
        """Count what the stream was too short to hold. A number that falls says that Redis lost its data."""
        for number in filter(None, numbers):
            self._counts.lost += max(number - before - 1, 0)
            before = number

    async def _save(self) -> None:
        """Write down how far was read, and forget what was; when Redis is away the next call does it."""
        if self._taken is None:
            return
        position, number = self._taken
        with suppress(RedisError, OSError):
            async with asyncio.timeout(PATIENCE_S), self._redis.pipeline() as pipe:
                pipe.hset(self._progress, mapping={"position": position, "taken": number})
                pipe.xtrim(self._stream, minid=position, approximate=False)
                await pipe.execute()
            self._taken = None


def _flat(reply: Any) -> list[tuple[bytes, Mapping[bytes, bytes]]]:
    """Return the entries of the one stream that was read; the client's answer differs by protocol."""
    streams = reply.values() if isinstance(reply, dict) else [entries for _, entries in reply or ()]
    return [entry for entries in streams for entry in entries]
