"""The newest chat lines on their way to the screen: a burst never slows the live, it only skips lines.

How the game and the goal stand goes the same way; of those only the latest counts.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from livesessions.pipeline.ports import Screen

CAPACITY = 30  # more than a screen holds


@dataclass(frozen=True, slots=True)
class Line:
    """One line for the screen."""

    id: str
    name: str
    text: str
    kind: str


class OverlayChatQueue:
    """Brings lines to the screen in order; when the screen is slow or away, only the newest arrive."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lines: deque[Line] = deque(maxlen=CAPACITY)
        self._retracted: deque[str] = deque(maxlen=CAPACITY)
        self._game: dict[str, Any] | None = None
        self._tally: dict[str, int] | None = None
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

    def show_game(self, state: dict[str, Any]) -> None:
        """Show how the game stands; never waits."""
        self._game = state
        self._filled.set()

    def show_tally(self, counts: dict[str, int]) -> None:
        """Show what was counted; never waits."""
        self._tally = counts
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
        await self._flush_latest()

    async def _flush_latest(self) -> None:
        # Forgotten only when it has arrived: what fails now goes out with whatever comes next.
        if (game := self._game) is not None:
            await self._screen.game(game)
            self._game = None if self._game is game else self._game
        if (tally := self._tally) is not None:
            await self._screen.tally(tally)
            self._tally = None if self._tally is tally else self._tally
