"""The event bus of one live: its parts announce events to handlers that they do not know."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from chatsources.events import LiveEvent
from livesessions.pipeline.selection.turns import QueuedTurn
from moderation.stage.model_gate import Flags

Matcher = Callable[[LiveEvent], bool]


@dataclass(frozen=True, slots=True)
class TurnQueued:
    """A turn was put into the queue."""

    turn: QueuedTurn


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A viewer's message is visible to the audience, whether or not it will be answered."""


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """A viewer's message has passed the rules."""

    event: LiveEvent


@dataclass(frozen=True, slots=True)
class EventsWithdrawn:
    """Nothing may be said any more about the events that `matches` accepts."""

    matches: Matcher


@dataclass(frozen=True, slots=True)
class BigGiftQueued:
    """A gift that interrupts the host was put into the queue."""


@dataclass(frozen=True, slots=True)
class MessageFlagged:
    """A moderation model objects to a message that the rules had let pass."""

    event: LiveEvent
    flags: Flags


Announcement = TurnQueued | MessageShown | MessageTaken | EventsWithdrawn | BigGiftQueued | MessageFlagged
A = TypeVar("A", TurnQueued, MessageShown, MessageTaken, EventsWithdrawn, BigGiftQueued, MessageFlagged)


class LiveBus:
    """Calls, at once and in the order of their subscription, the handlers of what is announced."""

    def __init__(self) -> None:
        self._handlers: defaultdict[type[Announcement], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[A], handler: Callable[[A], None]) -> None:
        """Call `handler` with every announcement of one kind."""
        self._handlers[kind].append(handler)

    def announce(self, announcement: Announcement) -> None:
        for handler in self._handlers[type(announcement)]:
            handler(announcement)
