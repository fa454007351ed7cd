"""The newest chat lines on their way to the screen: a burst never slows the live, it only skips lines."""

import asyncio
from collections import deque
from dataclasses import dataclass

from livesessions.pipeline.ports import Screen

CAPACITY = 30  # more than a screen holds


@dataclass(frozen=True, slots=True)
class Line:
    """One line for the screen."""

    id: str
    name: str
    text: str
    kind: str


class Feeder:
    """Brings lines to the screen in order; when the screen is slow or away, only the newest arrive."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lines: deque[Line] = deque(maxlen=CAPACITY)
        self._retracted: deque[str] = deque(maxlen=CAPACITY)
        self._filled = asyncio.Event()
        self.skipped = 0

    def show(self, line: Line) -> None:
        """Queue a line; never waits."""
        self.skipped += len(self._lines) == CAPACITY
        self._lines.append(line)
        self._filled.set()

    def retract(self, ids: list[str]) -> None:
        """Take lines back, on their way or already shown."""
        kept = [line for line in self._lines if line.id not in ids]
        self._lines.clear()
        self._lines.extend(kept)
        self._retracted.extend(ids)
        self._filled.set()

    async def run(self) -> None:
        """Feed until cancelled."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            try:
                await self._flush()
            except ConnectionError:
                self.skipped += 1

    async def _flush(self) -> None:
        if self._retracted:
            ids = list(self._retracted)
            self._retracted.clear()
            await self._screen.retract(ids)
        while self._lines:
            line = self._lines.popleft()
            await self._screen.chat(line.id, line.name, line.text, line.kind)
