"""Back-pressure: a chat goes in, and comes out no faster than the log can follow for long."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from chatsources.events import LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourceState
from livesessions.worker.recorder.recorder import Recorder


class PacedSource:
    """A source that is read more slowly while the log is far behind a database that does write.

    Then the socket fills up, and the platform waits. While the database is away nobody waits for it.
    """

    def __init__(self, source: ChatSource, recorder: Recorder) -> None:
        self._source = source
        self._recorder = recorder

    @property
    def counts(self) -> SourceCounts:
        return self._source.counts

    @property
    def state(self) -> SourceState:
        return self._source.state

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        async with aclosing(self._source.events()) as events:
            async for event in events:
                yield event
                if self._recorder.is_far_behind:
                    await self._recorder.catch_up()
