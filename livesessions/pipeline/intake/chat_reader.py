"""Several chats as one: the events of a live's own chat and of those that may add to it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, fields

from livesessions.sources.errors import SourceError
from livesessions.sources.events import EventKind, LiveEvent
from livesessions.sources.port import ChatSource, SourceCounts, SourceState


@dataclass(frozen=True, slots=True)
class Offer:
    """An event that waits to be taken; its source is asked for the next one only after that."""

    event: LiveEvent
    taken: asyncio.Future[None]


class MergedSource:
    """A `ChatSource` out of several. The first is the live's own: with its end, or its error, all end.

    An end or an error of another is the end of that one only. Nothing is held here: each source stands at the
    event that was taken last, so that one that remembers its place remembers the right one.
    """

    def __init__(self, own: ChatSource, *others: ChatSource) -> None:
        self._own = own
        self._others = others
        self._offers: deque[Offer] = deque()
        self._stirred = asyncio.Event()

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
        """How the live's own chat stands."""
        return self._own.state

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield the events of all sources, each source's in its order; raise what the live's own raises."""
        self._offers.clear()
        own = asyncio.create_task(self._bring(self._own), name="own chat")
        others = [asyncio.create_task(self._add(other), name="further chat") for other in self._others]
        for task in (own, *others):
            task.add_done_callback(lambda _: self._stirred.set())
        try:
            while not own.done():
                self._stirred.clear()
                while self._offers:
                    offer = self._offers.popleft()
                    yield offer.event
                    offer.taken.set_result(None)
                _raise_faults(others)
                await self._stirred.wait()
            own.result()
        finally:
            await asyncio.sleep(0)  # lets each source learn that its event was taken
            for task in (own, *others):
                task.cancel()
            await asyncio.gather(own, *others, return_exceptions=True)

    async def _add(self, source: ChatSource) -> None:
        with suppress(SourceError):
            await self._bring(source, without_end=True)

    async def _bring(self, source: ChatSource, *, without_end: bool = False) -> None:
        async with aclosing(source.events()) as events:
            async for event in events:
                if event.kind is EventKind.ENDED and without_end:
                    continue
                taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._offers.append(Offer(event, taken))
                self._stirred.set()
                await taken


def _raise_faults(others: list["asyncio.Task[None]"]) -> None:
    """A fault in the code of another source is no reason to go on without it in silence."""
    for task in others:
        if task.done():
            task.result()
