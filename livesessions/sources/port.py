"""The port every chat source implements: an async stream of `LiveEvent`s, and counts of what it met."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from livesessions.sources.events import LiveEvent


@dataclass(slots=True)
class SourceCounts:
    """What a source has met so far: messages received, decoded, of unknown kind, and broken."""

    received: int = 0
    decoded: int = 0
    unknown: int = 0
    broken: int = 0


class ChatSource(Protocol):
    """A live's chat. It promises events in order of arrival, and ends when the live ends."""

    @property
    def counts(self) -> SourceCounts:
        """What was met so far; read at any time."""

    def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield what happens in the room until the live ends; raise `SourceError` when it cannot go on."""
