"""What waits for an answer: bounded, gifts before comments before the rest, fresh before stale."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum

from livesessions.sources.events import LiveEvent
from livesessions.sources.freezing import Frozen, freeze_event, thaw_event
from planner.stage.turn import Turn, thaw_turn

CAPACITY = 200
MAX_AGE_S = 45.0
TURN_FIELDS = tuple(field.name for field in fields(Turn))


class Priority(IntEnum):
    """Who is answered first."""

    STREAMER = 0
    HELP = 1
    GIFT = 2
    COMMENT = 3
    REST = 4


# What a live still owes when another worker goes on with it.
OWED = (Priority.STREAMER, Priority.HELP, Priority.GIFT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to react to. `line` is what to say word for word; empty when the planner finds the words."""

    priority: Priority
    turn: Turn
    event: LiveEvent | None
    arrived_s: float
    line: str = ""

    def snapshot(self, now_s: float) -> Frozen:
        """Return the item as plain values, with its age in place of its moment."""
        return {
            "priority": self.priority,
            "turn": {name: getattr(self.turn, name) for name in TURN_FIELDS},
            "event": freeze_event(self.event) if self.event else None,
            "age_s": now_s - self.arrived_s,
            "line": self.line,
        }

    @classmethod
    def restored(cls, frozen: Frozen, now_s: float) -> "Waiting":
        turn = thaw_turn(frozen["turn"])
        event = thaw_event(frozen["event"]) if frozen["event"] else None
        return cls(Priority(frozen["priority"]), turn, event, now_s - frozen["age_s"], frozen["line"])


class Inbox:
    """Holds at most `capacity` items. When full, the oldest of the least urgent class goes and is counted."""

    def __init__(self, *, capacity: int = CAPACITY, max_age_s: float = MAX_AGE_S) -> None:
        self._capacity = capacity
        self._max_age_s = max_age_s
        self._classes: dict[Priority, deque[Waiting]] = {priority: deque() for priority in Priority}
        self._filled = asyncio.Event()
        self.dropped = 0
        self.stale = 0

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._classes.values())

    def put(self, item: Waiting) -> None:
        """Add an item; never waits."""
        self._classes[item.priority].append(item)
        if len(self) > self._capacity:
            next(waiting for waiting in reversed(self._classes.values()) if waiting).popleft()
            self.dropped += 1
        self._filled.set()

    def snapshot(self, now_s: float) -> list[Frozen]:
        """Return what is owed an answer whoever gives it: gifts, and the streamer's own lines."""
        owed = (item for priority in OWED for item in self._classes[priority])
        return [item.snapshot(now_s) for item in owed]

    async def next(self, now_s: Callable[[], float]) -> Waiting:
        """Wait for the most urgent item: the first streamer's line or gift, the freshest of the others."""
        while True:
            item = self._take(now_s())
            if item is not None:
                return item
            self._filled.clear()
            await self._filled.wait()

    def _take(self, now_s: float) -> Waiting | None:
        for priority, waiting in self._classes.items():
            self._drop_stale(waiting, now_s)
            if waiting:
                return waiting.popleft() if priority <= Priority.GIFT else waiting.pop()
        return None

    def _drop_stale(self, waiting: deque[Waiting], now_s: float) -> None:
        while waiting and now_s - waiting[0].arrived_s > self._max_age_s:
            waiting.popleft()
            self.stale += 1

    def forget(self, matches: Callable[[LiveEvent], bool]) -> None:
        """Drop what a moderator of the room has deleted."""
        for priority, waiting in self._classes.items():
            kept = (item for item in waiting if item.event is None or not matches(item.event))
            self._classes[priority] = deque(kept)
