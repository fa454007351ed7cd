"""A chat source that reads the TikTok live of a handle."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import CONNECTED, SourceCounts, SourcePhase, SourceState
from chatsources.recent_ids import RecentIds
from chatsources.tiktok_client import (
    EXPECTED_ERRORS,
    RawMessage,
    TikTokEndpoints,
    WebcastClient,
    source_error,
)
from chatsources.webcast import WebcastDecoder

__all__ = ["TikTokEndpoints", "TikTokSource"]

QUEUE_SIZE = 512
# Other tasks run after so many items: about a millisecond of work.
ITEMS_A_TURN = 10
REMEMBERED_IDS = 16_000
HANDLE = re.compile(r"[A-Za-z0-9_.]{1,64}")
CONNECTING = SourceState(SourcePhase.CONNECTING)


class TikTokSource:
    """The chat of a handle's live, over one connection for each call of `events`.

    - It drops nothing: if its reader is `QUEUE_SIZE` events behind, the socket is not read and TikTok waits.
      Only the pipeline's intake drops events, and counts them.
    - Events that a new connection repeats are skipped and counted as duplicates.
    """

    def __init__(
        self,
        handle: str,
        *,
        endpoints: TikTokEndpoints,
        decoder: WebcastDecoder | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._handle = handle.strip().removeprefix("@")
        self._endpoints = endpoints
        self._decoder = decoder or WebcastDecoder()
        self._clock = clock
        self._recent = RecentIds(REMEMBERED_IDS)
        self._state = CONNECTING
        self._room_id: int | None = None
        self._host_id = ""

    @property
    def counts(self) -> SourceCounts:
        return self._decoder.counts

    @property
    def state(self) -> SourceState:
        return self._state

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Connect and yield events until the live ends; raise `SourceError` when the connection fails."""
        if not HANDLE.fullmatch(self._handle):
            raise SourceError(SourceFault.HANDLE_NOT_FOUND, permanent=True)
        self._state = CONNECTING
        queue = ConnectionQueue(QUEUE_SIZE)
        client = self._client(queue)
        try:
            task = await self._enter(client)
            self._room_id = client.room_id
            self._host_id = client.host_id or self._host_id
            while (item := await queue.get()) is not None:
                if isinstance(item, SourceError):
                    raise item
                # Only yielded events count as seen, not those still queued when the connection breaks.
                if not self._recent.add(item.source_id):
                    self.counts.duplicate += 1
                    continue
                yield self._with_host_known(item)
                if item.kind is EventKind.ENDED:
                    return
            await _raise_end(task)
        finally:
            self._state = SourceState(SourcePhase.ENDED)
            queue.close()
            await client.aclose()

    def _with_host_known(self, event: LiveEvent) -> LiveEvent:
        """Mark the streamer as the viewer of an event, and take them out as the receiver of a gift."""
        if event.receiver_id and self._host_id in ("", event.receiver_id):
            event = replace(event, receiver_id="")
        viewer = event.viewer
        if viewer is None or not self._host_id or viewer.id != self._host_id:
            return event
        return replace(event, viewer=replace(viewer, is_host=True))

    async def _enter(self, client: WebcastClient) -> asyncio.Task[None]:
        """Enter the room of the last connection; if that has ended, the handle's current room.

        A known room needs no page of the handle, and TikTok blocks clients that request such pages often.
        """
        if self._room_id is None:
            return await _start(client)
        try:
            return await _start(client, self._room_id)
        except SourceError as error:
            if error.fault is not SourceFault.USER_OFFLINE:
                raise
            room_ended = error
        self._room_id = None
        try:
            return await _start(client)
        except SourceError as newer:
            # The old room has ended in any case, even if the handle's page cannot be read.
            raise (room_ended if newer.fault is SourceFault.BLOCKED else newer) from None

    async def is_alive(self) -> bool | None:
        """Return whether TikTok reports the last entered room as live; None when that cannot be found out."""
        if self._room_id is None:
            return None
        client = self._client(ConnectionQueue(1))
        try:
            return await client.is_alive(self._room_id)
        finally:
            await client.aclose()

    def _client(self, queue: "ConnectionQueue") -> WebcastClient:
        self._endpoints.apply()
        listener = DecodingListener(queue, self._decoder, self._clock, self._opened)
        return WebcastClient(self._handle, listener=listener, counts=self._decoder.counts)

    def _opened(self) -> None:
        self._state = CONNECTED


async def _start(client: WebcastClient, room_id: int | None = None) -> asyncio.Task[None]:
    try:
        # The room's details are the only sign of an age-restricted live.
        task: asyncio.Task[None] = await client.start(fetch_room_info=True, room_id=room_id)
    except EXPECTED_ERRORS as error:
        raise source_error(error) from error
    return task


async def _raise_end(task: asyncio.Task[None]) -> NoReturn:
    """Raise the reason why a connection ended although the live did not."""
    try:
        await task
    except EXPECTED_ERRORS as error:
        raise source_error(error) from error
    raise SourceError(SourceFault.CONNECTION_LOST, permanent=False)


class DecodingListener:
    """Decodes a connection's messages and queues the events."""

    def __init__(
        self,
        queue: "ConnectionQueue",
        decoder: WebcastDecoder,
        clock: Callable[[], datetime],
        opened: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._decoder = decoder
        self._clock = clock
        self.opened = opened

    async def received(self, messages: Iterable[RawMessage]) -> None:
        """Decode and queue a batch; wait for the reader when the queue is full."""
        received_at = self._clock()
        for message in messages:
            try:
                event = self._decoder.decode(
                    message.method, message.payload, received_at=received_at, msg_id=message.msg_id
                )
            except SourceError as error:
                await self._queue.put(error)
                continue
            if event is not None:
                await self._queue.put(event)

    async def finished(self) -> None:
        """Queue the end of the connection."""
        await self._queue.put(None)


class ConnectionQueue:
    """A bounded queue between a connection and its reader; None marks the end.

    After `close` further items are dropped, so that the writer does not wait for a reader that has left.
    """

    def __init__(self, size: int) -> None:
        self._queue: asyncio.Queue[LiveEvent | SourceError | None] = asyncio.Queue(maxsize=size)
        self._closed = False
        self._in_a_row = 0

    async def put(self, item: LiveEvent | SourceError | None) -> None:
        """Add an item; wait while the queue is full."""
        if not self._closed:
            await self._queue.put(item)

    async def get(self) -> LiveEvent | SourceError | None:
        """Return the next item; wait for one, and yield to other tasks after every `ITEMS_A_TURN` items."""
        self._in_a_row += 1
        if self._in_a_row > ITEMS_A_TURN:
            self._in_a_row = 0
            await asyncio.sleep(0)
        if not self._queue.empty():
            return self._queue.get_nowait()
        self._in_a_row = 0
        return await self._queue.get()

    def close(self) -> None:
        self._closed = True
        while not self._queue.empty():
            self._queue.get_nowait()
