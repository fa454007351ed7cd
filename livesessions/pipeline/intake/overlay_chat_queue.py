"""The queue of chat messages for the overlay: a burst never slows the live, it only skips messages.

The state of the game and of the goal go the same way; only their latest state is sent.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from livesessions.pipeline.ports import Screen

CAPACITY = 30  # more than the overlay shows at a time


@dataclass(frozen=True, slots=True)
class OverlayMessage:
    """One chat message for the overlay; `kind` is an `EventKind`."""

    id: str
    name: str
    text: str
    kind: str


class OverlayChatQueue:
    """Sends messages to the overlay in order; when it is slow or out of reach, only the newest arrive."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._messages: deque[OverlayMessage] = deque(maxlen=CAPACITY)
        self._retracted: deque[str] = deque(maxlen=CAPACITY)
        self._game: dict[str, Any] | None = None
        self._counts: dict[str, int] | None = None
        self._filled = asyncio.Event()
        self.skipped = 0

    def show(self, message: OverlayMessage) -> None:
        """Queue a message; never waits."""
        self.skipped += len(self._messages) == CAPACITY
        self._messages.append(message)
        self._filled.set()

    def retract(self, ids: list[str]) -> None:
        """Remove messages, queued or already shown, by their ids."""
        kept = [message for message in self._messages if message.id not in ids]
        self._messages.clear()
        self._messages.extend(kept)
        self._retracted.extend(ids)
        self._filled.set()

    def show_game(self, state: dict[str, Any]) -> None:
        """Show the state of the game; never waits."""
        self._game = state
        self._filled.set()

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show the event counts; never waits."""
        self._counts = counts
        self._filled.set()

    async def run(self) -> None:
        """Send until cancelled."""
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
        while self._messages:
            message = self._messages.popleft()
            await self._screen.chat(message.id, message.name, message.text, message.kind)
        await self._flush_latest()

    async def _flush_latest(self) -> None:
        # Cleared only after it has arrived: what fails now is sent again with the next change.
        if (game := self._game) is not None:
            await self._screen.game(game)
            self._game = None if self._game is game else self._game
        if (counts := self._counts) is not None:
            await self._screen.tally(counts)
            self._counts = None if self._counts is counts else self._counts
