"""Reads the events that the streamer's own bridge posts to the API, from the session's Redis stream."""

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
ANSWER_TIMEOUT_S = 5.0  # beyond `BLOCK_S`: a Redis that does not answer counts as unreachable
RETRY_S = 0.5
CONNECTING = SourceState(SourcePhase.CONNECTING)
UNREACHABLE = SourceState(SourcePhase.WAITING, retry_in_s=1, fault=SourceFault.CONNECTION_LOST)

Entry = tuple[str, int, LiveEvent | None]


def stream_key(session_id: UUID | str) -> str:
    """Return the stream's key. An entry's `event` is a `LiveEvent` as JSON; its `n` counts from 1."""
    return f"livesessions:{session_id}:events"


def progress_key(session_id: UUID | str) -> str:
    """Return the key of a hash.

    Its `given` is the last `n`; `position` and `taken` are the id and the `n` of the last entry read.
    """
    return f"livesessions:{session_id}:events:progress"


def event_to_json(event: LiveEvent) -> str:
    return json.dumps(event_to_state(event))


def event_from_json(raw: str | bytes) -> LiveEvent:
    """Return the event of a JSON text. Raise KeyError, TypeError or ValueError for an invalid text."""
    return event_from_state(json.loads(raw))


class InboundEventSource:
    """Yields the posted events from where the session's previous reader stopped.

    - The position is saved after every batch and on closing. After a close the next reader continues exactly
      there; after a kill at most `BATCH` events are read again.
    - While Redis is unreachable it retries and shows that in `state`; it raises nothing.
    - It does not end by itself: the reader stops at `ENDED`.
    """

    def __init__(self, redis: Redis, session_id: UUID | str) -> None:
        self._redis = redis
        self._stream = stream_key(session_id)
        self._progress = progress_key(session_id)
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
        """Yield the posted events until closed."""
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
                async with asyncio.timeout(BLOCK_S + ANSWER_TIMEOUT_S):
                    position, number = self._read = self._read or await self._load()
                    reply = await self._redis.xread(
                        {self._stream: position}, count=BATCH, block=round(BLOCK_S * 1000)
                    )
            except (RedisError, OSError):
                self._state = UNREACHABLE
                await asyncio.sleep(RETRY_S)
                continue
            self._counts.reconnects += self._state is UNREACHABLE
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
        """Count the events that were trimmed unread. A falling number means that Redis lost its data."""
        for number in filter(None, numbers):
            self._counts.lost += max(number - before - 1, 0)
            before = number

    async def _save(self) -> None:
        """Save the position and trim what was read; when Redis is unreachable the next call does it."""
        if self._taken is None:
            return
        position, number = self._taken
        with suppress(RedisError, OSError):
            async with asyncio.timeout(ANSWER_TIMEOUT_S), self._redis.pipeline() as pipe:
                pipe.hset(self._progress, mapping={"position": position, "taken": number})
                pipe.xtrim(self._stream, minid=position, approximate=False)
                await pipe.execute()
            self._taken = None


def _flat(reply: Any) -> list[tuple[bytes, Mapping[bytes, bytes]]]:
    """Return the entries of the only stream; the shape of the client's answer differs by protocol."""
    streams = reply.values() if isinstance(reply, dict) else [entries for _, entries in reply or ()]
    return [entry for entries in streams for entry in entries]
