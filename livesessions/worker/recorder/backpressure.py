"""Reads a chat more slowly while the recorder cannot keep up with it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from chatsources.events import LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourceState
from livesessions.worker.recorder.recorder import Recorder


class BackpressureSource:
    """A source that pauses while the recorder is far behind a reachable database.

    The socket's buffer then fills up and the platform waits. While the database is down it does not pause:
    the recorder buffers the rows.
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
        """Yield the source's events."""
        async with aclosing(self._source.events()) as events:
            async for event in events:
                yield event
                if self._recorder.is_far_behind:
                    await self._recorder.catch_up()
