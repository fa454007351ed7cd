"""Tells a chat that is quiet from a connection that is dead: ends a wait in which nothing is heard."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self

from chatsources.events import LiveEvent
from chatsources.port import ChatSource, SourcePhase

TICK_S = 0.5


class Watchdog:
    """Watches one connection of a source, from `with` to its end.

    Any message counts as heard, also one that holds no event. Until the source is connected it has
    `connect_s` seconds, afterwards `silence_s` without a message. `on_connected` is called once.
    """

    def __init__(
        self, source: ChatSource, *, silence_s: float, connect_s: float, on_connected: Callable[[], None]
    ) -> None:
        self._source = source
        self._silence_s = silence_s
        self._connect_s = connect_s
        self._on_connected = on_connected
        self._now_s = asyncio.get_running_loop().time
        self._limit: asyncio.Timeout | None = None
        self._received = source.counts.received
        self.has_fired = False
        self.connected_s: float | None = None
        self.heard_s: float | None = None

    def __enter__(self) -> Self:
        self._since_s = self._now_s()
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._look()

    async def next(self, events: AsyncGenerator[LiveEvent, None]) -> LiveEvent | None:
        """Return the next event, or None at the end.

        Raises `TimeoutError` when the source has fallen silent; `has_fired` is then true and `events` over.
        """
        try:
            async with asyncio.timeout(None) as self._limit:
                event = await anext(events, None)
        finally:
            self._limit = None
        if self.connected_s is None:
            self._look()
        return event

    def _tick(self) -> None:
        self._look()
        allowed_s = self._connect_s if self.connected_s is None else self._silence_s
        if self._limit is None:
            self._since_s = self._now_s()  # nobody waits, so nobody is kept waiting
        elif self._now_s() - self._since_s >= allowed_s and self._source.state.phase is not SourcePhase.ENDED:
            self.has_fired = True
            self._limit.reschedule(self._now_s())
            return
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _look(self) -> None:
        """Note what has changed since the last look."""
        received = self._source.counts.received
        is_open = self._source.state.phase is SourcePhase.CONNECTED or received != self._received
        if is_open and self.connected_s is None:
            self.connected_s = self._since_s = self._now_s()
            self._on_connected()
        if received != self._received:
            self._received = received
            self.heard_s = self._since_s = self._now_s()
