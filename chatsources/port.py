"""The port that every chat source implements: a stream of `LiveEvent`s, its state and its counts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chatsources.errors import SourceFault
from chatsources.events import LiveEvent


class SourcePhase(StrEnum):
    """The state of a source's connection to its chat."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    STALLED = "stalled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The state of a source's connection, with details.

    - `retry_in_s`: the seconds until it connects again; 0 when it does not wait.
    - `fault`: why it waits or stalls.
    """

    phase: SourcePhase
    retry_in_s: int = 0
    fault: SourceFault | None = None


CONNECTED = SourceState(SourcePhase.CONNECTED)


@dataclass(slots=True)
class SourceCounts:
    """The messages of a source so far: received, decoded, of unknown kind, broken, and duplicate.

    `reconnects` counts the connections after the first; `lost` counts the events known to be missing.
    """

    received: int = 0
    decoded: int = 0
    unknown: int = 0
    broken: int = 0
    duplicate: int = 0
    reconnects: int = 0
    lost: int = 0


class ChatSource(Protocol):
    """A live's chat: yields events in order of arrival, and ends when the live ends.

    - An event counts as processed when the reader asks for the next one.
    - A source with many events at hand must yield to other tasks between them, because its reader does not.
    """

    @property
    def counts(self) -> SourceCounts:
        """The counts so far; may be read at any time."""

    @property
    def state(self) -> SourceState:
        """The current state; may be read at any time."""

    def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield the room's events until the live ends; raise `SourceError` when the source must stop."""
