"""A TikTok live as a chat source: a handle goes in, `LiveEvent`s come out until the live ends."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import CONNECTED, SourceCounts, SourcePhase, SourceState
from chatsources.tiktok_client import (
    FORESEEN,
    RawMessage,
    TikTokEndpoints,
    WebcastClient,
    source_error,
)
from chatsources.webcast import WebcastDecoder

__all__ = ["TikTokEndpoints", "TikTokSource"]

INBOX_SIZE = 512
# So many items are read before other tasks run: about a millisecond's work.
ITEMS_A_TURN = 10
REMEMBERED_IDS = 20_000
HANDLE = re.compile(r"[A-Za-z0-9_.]{1,64}")
CONNECTING = SourceState(SourcePhase.CONNECTING)


class TikTokSource:
    """The chat of a handle's live, over one connection for each call of `events`.

    Nothing is dropped here: when its reader falls `INBOX_SIZE` events behind, the socket is read no further
    and TikTok waits. The pipeline's inbox reads all the time and is the one place that drops, and counts
    what it drops. What a new connection repeats of the last is left out and counted.
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
        """Connect and yield until the live ends; raise `SourceError` when it cannot begin or breaks off."""
        if not HANDLE.fullmatch(self._handle):
            raise SourceError(SourceFault.HANDLE_NOT_FOUND, permanent=True)
        self._state = CONNECTING
        inbox = Inbox(INBOX_SIZE)
        client = self._client(inbox)
        try:
            task = await self._enter(client)
            self._room_id = client.room_id
            self._host_id = client.host_id or self._host_id
            while (item := await inbox.get()) is not None:
                if isinstance(item, SourceError):
                    raise item
                # What has been given out counts as told, not what is still waiting here when a line breaks.
                if not self._recent.add(item.source_id):
                    self.counts.duplicate += 1
                    continue
                yield self._with_host_known(item)
                if item.kind is EventKind.ENDED:
                    return
            await _raise_end(task)
        finally:
            self._state = SourceState(SourcePhase.ENDED)
            inbox.close()
            await client.aclose()

    def _with_host_known(self, event: LiveEvent) -> LiveEvent:
        viewer = event.viewer
        if viewer is None or not self._host_id or viewer.id != self._host_id:
            return event
        return replace(event, viewer=replace(viewer, is_host=True))

    async def _enter(self, client: WebcastClient) -> asyncio.Task[None]:
        """Enter the room of the last connection; when that is over, the one that the handle has by now.

        Who reads handles' pages often is blocked sooner or later; a room that is known needs no page.
        """
        if self._room_id is None:
            return await _start(client)
        try:
            return await _start(client, self._room_id)
        except SourceError as error:
            if error.fault is not SourceFault.USER_OFFLINE:
                raise
            over = error
        self._room_id = None
        try:
            return await _start(client)
        except SourceError as newer:
            # That the old room is over is known; a page that cannot be read does not make it less so.
            raise (over if newer.fault is SourceFault.BLOCKED else newer) from None

    async def is_alive(self) -> bool | None:
        """Return whether TikTok says that the room last entered is live; None when it cannot be asked."""
        if self._room_id is None:
            return None
        client = self._client(Inbox(1))
        try:
            return await client.is_alive(self._room_id)
        finally:
            await client.aclose()

    def _client(self, inbox: "Inbox") -> WebcastClient:
        self._endpoints.apply()
        delivery = Delivery(inbox, self._decoder, self._clock, self._opened)
        return WebcastClient(self._handle, listener=delivery, counts=self._decoder.counts)

    def _opened(self) -> None:
        self._state = CONNECTED


async def _start(client: WebcastClient, room_id: int | None = None) -> asyncio.Task[None]:
    try:
        # The room's particulars are what tells an age-restricted live from any other.
        task: asyncio.Task[None] = await client.start(fetch_room_info=True, room_id=room_id)
    except FORESEEN as error:
        raise source_error(error) from error
    return task


async def _raise_end(task: asyncio.Task[None]) -> NoReturn:
    """Say why a connection is over although nobody said that the live is."""
    try:
        await task
    except FORESEEN as error:
        raise source_error(error) from error
    raise SourceError(SourceFault.CONNECTION_LOST, permanent=False)


class Delivery:
    """Takes a connection's messages to the inbox, as events."""

    def __init__(
        self,
        inbox: "Inbox",
        decoder: WebcastDecoder,
        clock: Callable[[], datetime],
        opened: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._decoder = decoder
        self._clock = clock
        self.opened = opened

    async def received(self, messages: Iterable[RawMessage]) -> None:
        """Decode a batch; wait for the reader when the inbox is full."""
        received_at = self._clock()
        for message in messages:
            try:
                event = self._decoder.decode(
                    message.method, message.payload, received_at=received_at, msg_id=message.msg_id
                )
            except SourceError as error:
                await self._inbox.put(error)
                continue
            if event is not None:
                await self._inbox.put(event)

    async def finished(self) -> None:
        """Say that no more comes."""
        await self._inbox.put(None)


class Inbox:
    """A bounded queue that lets its writer go once its reader has left. None says that no more comes."""

    def __init__(self, size: int) -> None:
        self._queue: asyncio.Queue[LiveEvent | SourceError | None] = asyncio.Queue(maxsize=size)
        self._closed = False
        self._in_a_row = 0

    async def put(self, item: LiveEvent | SourceError | None) -> None:
        """Add an item; wait while the queue is full."""
        if not self._closed:
            await self._queue.put(item)

    async def get(self) -> LiveEvent | SourceError | None:
        """Return the next item; wait for one, or after a number of them let other tasks run."""
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


class RecentIds:
    """The last ids seen, at most `size` of them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, source_id: str) -> bool:
        """Remember an id; return whether it is new."""
        if source_id in self._ids:
            self._ids.move_to_end(source_id)
            return False
        self._ids[source_id] = None
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return True
