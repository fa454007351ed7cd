"""Times out a connection on which no message arrives."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self

from chatsources.events import LiveEvent
from chatsources.port import ChatSource, SourcePhase

TICK_S = 0.5


class ConnectionWatchdog:
    """Watches one connection of a source, during an `async with` block.

    - The source must connect within `connect_s` seconds, and then send a message every `silence_s` seconds.
      Every message counts, even one that contains no event.
    - When no message arrives in time, `has_timed_out` is true and the block ends with `TimeoutError`. Only
      the wait in `next` is interrupted, never what the block does with an event.
    - `on_connected` is called once.
    - `connected_s` and `heard_s` are when it connected and when the last message came, on the loop's clock.
    """

    def __init__(
        self, source: ChatSource, *, silence_s: float, connect_s: float, on_connected: Callable[[], None]
    ) -> None:
        self._source = source
        self._silence_s = silence_s
        self._connect_s = connect_s
        self._on_connected = on_connected
        self._now_s = asyncio.get_running_loop().time
        # One for the whole connection: one for each event costs 4 µs of the 90 that an event takes.
        self._limit = asyncio.timeout(None)
        self._is_waiting = False
        self._received = source.counts.received
        self.has_timed_out = False
        self.connected_s: float | None = None
        self.heard_s: float | None = None

    async def __aenter__(self) -> Self:
        self._since_s = self._now_s()
        self._schedule_tick()
        await self._limit.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._update()
        await self._limit.__aexit__(kind, error, trace)

    async def next(self, events: AsyncGenerator[LiveEvent, None]) -> LiveEvent | None:
        """Return the next event, or None at the end."""
        self._is_waiting = True
        try:
            event = await anext(events, None)
        finally:
            self._is_waiting = False
        if self.has_timed_out:  # and the event came in the same moment
            self.has_timed_out = False
            self._limit.reschedule(None)
            self._schedule_tick()
        if self.connected_s is None:
            self._update()
        return event

    def _tick(self) -> None:
        self._update()
        allowed_s = self._connect_s if self.connected_s is None else self._silence_s
        if not self._is_waiting:
            self._since_s = self._now_s()  # the reader is busy, so the source is not to blame
        elif self._now_s() - self._since_s >= allowed_s and self._source.state.phase is not SourcePhase.ENDED:
            self.has_timed_out = True
            self._limit.reschedule(self._now_s())
            return
        self._schedule_tick()

    def _schedule_tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _update(self) -> None:
        """Update the times from the source's state and counts."""
        received = self._source.counts.received
        is_open = self._source.state.phase is SourcePhase.CONNECTED or received != self._received
        if is_open and self.connected_s is None:
            self.connected_s = self._since_s = self._now_s()
            self._on_connected()
        if received != self._received:
            self._received = received
            self.heard_s = self._since_s = self._now_s()
