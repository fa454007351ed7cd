"""Reads the chats of a live side by side: its own, and those that may add to it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import fields

from chatsources.errors import SourceError
from chatsources.events import EventKind, LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourceState


class ChatReader:
    """Hands every event of all sources to one function, each source's events in their order.

    - The end of the own source, or its error, is the end of all. An end or a `SourceError` of another source
      ends that one only.
    - Nothing is buffered: a source is asked for its next event after the one before was handed over, so a
      source that stores its position stores the right one.
    - Each source is read in a task of its own, so none waits for another's next event.
    """

    def __init__(self, own: ChatSource, others: Sequence[ChatSource] = ()) -> None:
        self._own = own
        self._others = others

    @property
    def counts(self) -> SourceCounts:
        """The sums over all sources."""
        met = [source.counts for source in (self._own, *self._others)]
        return SourceCounts(
            **{
                field.name: sum(getattr(counts, field.name) for counts in met)
                for field in fields(SourceCounts)
            }
        )

    @property
    def state(self) -> SourceState:
        """The state of the live's own source."""
        return self._own.state

    async def run(self, take: Callable[[LiveEvent], None]) -> None:
        """Read until the own source ends; raise its error, or what is a fault in the code of another."""
        own = asyncio.create_task(_read(self._own, take, is_own=True), name="own chat")
        others = [
            asyncio.create_task(_read_other(other, take), name="further chat") for other in self._others
        ]
        running: set[asyncio.Task[None]] = {own, *others}
        try:
            while not own.done():
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in (own, *others):
                task.cancel()
            await asyncio.gather(own, *others, return_exceptions=True)


async def _read(source: ChatSource, take: Callable[[LiveEvent], None], *, is_own: bool) -> None:
    """Read one source to its end; the end of the live that it reports counts only when it is the own one."""
    async with aclosing(source.events()) as events:
        async for event in events:
            if is_own or event.kind is not EventKind.ENDED:
                take(event)
            if is_own and event.kind is EventKind.ENDED:
                return


async def _read_other(source: ChatSource, take: Callable[[LiveEvent], None]) -> None:
    with suppress(SourceError):
        await _read(source, take, is_own=False)
