"""The port every chat source implements: an async stream of `LiveEvent`s, its state, and its counts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chatsources.errors import SourceFault
from chatsources.events import LiveEvent


class SourcePhase(StrEnum):
    """How a source stands with its chat."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    STALLED = "stalled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands with its chat at this moment.

    `retry_in_s` is how long it still waits before it connects again, 0 when it does not wait; `fault` is what
    made it wait or what it has stalled on.
    """

    phase: SourcePhase
    retry_in_s: int = 0
    fault: SourceFault | None = None


CONNECTED = SourceState(SourcePhase.CONNECTED)


@dataclass(slots=True)
class SourceCounts:
    """What a source has met so far: messages received, decoded, of unknown kind, broken, and told before.

    `reconnects` is how often it has connected anew after its first attempt; `lost` is what it knows that it
    did not get.
    """

    received: int = 0
    decoded: int = 0
    unknown: int = 0
    broken: int = 0
    duplicate: int = 0
    reconnects: int = 0
    lost: int = 0


class ChatSource(Protocol):
    """A live's chat. It promises events in order of arrival, and ends when the live ends.

    An event counts as taken when the next one is asked for. A source that has many events at hand lets other
    tasks run between them, for its reader does not.
    """

    @property
    def counts(self) -> SourceCounts:
        """What was met so far; read at any time."""

    @property
    def state(self) -> SourceState:
        """How it stands; read at any time."""

    def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield what happens in the room until the live ends; raise `SourceError` when it cannot go on."""
