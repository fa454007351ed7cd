"""What waits to be reacted to: bounded, by its class, and let go when it is stale."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum

from livesessions.pipeline.records import ReplyRecord, freeze_record, thaw_record
from livesessions.sources.events import LiveEvent
from livesessions.sources.state import Frozen, freeze_event, thaw_event
from planner.stage.cues import Cue, CueSource, NextAction
from planner.stage.turn import Turn, thaw_turn

CAPACITY = 200
MAX_AGE_S = 45.0
# Who has paid is thanked late rather than never, but not when nobody knows any more what it is about.
GIFTS_MAX_AGE_S = 180.0
TURN_FIELDS = tuple(field.name for field in fields(Turn))


class Priority(IntEnum):
    """The classes of what waits; when the inbox is full, the last ones go first."""

    STREAMER = 0
    HELP = 1
    GIFT = 2
    COMMENT = 3
    REST = 4


# What a live still owes when another worker goes on with it.
OWED = (Priority.STREAMER, Priority.HELP, Priority.GIFT)


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """One thing to react to. `line` is what to say word for word; empty when the planner finds the words.

    `also` is what else it answers, `trusted` tells of the viewer, and `approved` is the record of a reply
    that has waited for a person and may now be said. The rest is filled in by the director
    when its turn has come: what the host does with it, why, what it was gathered from, and whose cue it is.
    """

    priority: Priority
    turn: Turn
    event: LiveEvent | None
    arrived_s: float
    line: str = ""
    also: tuple[LiveEvent, ...] = ()
    trusted: bool = False
    approved: ReplyRecord | None = None
    state: NextAction = NextAction.ANSWER
    score: dict[str, float] = field(default_factory=dict)
    gathered: tuple["QueuedTurn", ...] = ()
    cue: tuple[Cue, CueSource] | None = None

    def is_fresh(self, now_s: float) -> bool:
        """Return whether it is not too late to say it."""
        return now_s - self.arrived_s <= (GIFTS_MAX_AGE_S if self.priority is Priority.GIFT else MAX_AGE_S)

    def snapshot(self, now_s: float) -> Frozen:
        """Return the item as plain values, with its age in place of its moment."""
        return {
            "priority": self.priority,
            "turn": {name: getattr(self.turn, name) for name in TURN_FIELDS},
            "event": freeze_event(self.event) if self.event else None,
            "age_s": now_s - self.arrived_s,
            "line": self.line,
            "also": [freeze_event(event) for event in self.also],
            "approved": freeze_record(self.approved) if self.approved else None,
        }

    @classmethod
    def restored(cls, frozen: Frozen, now_s: float) -> "QueuedTurn":
        turn = thaw_turn(frozen["turn"])
        event = thaw_event(frozen["event"]) if frozen["event"] else None
        also = tuple(thaw_event(event) for event in frozen["also"])
        waited, approved = frozen.get("approved"), None
        if waited is not None:
            approved = thaw_record(waited, trigger=event, also=also)
        return cls(
            Priority(frozen["priority"]),
            turn,
            event,
            now_s - frozen["age_s"],
            frozen["line"],
            also=also,
            approved=approved,
        )


class Inbox:
    """Holds at most `capacity` items. When full, the oldest of the least urgent class goes and is counted.

    `stirred` is set by whatever may matter to the host; `on_put` is told of every item.
    """

    def __init__(self, *, capacity: int = CAPACITY, max_age_s: float = MAX_AGE_S) -> None:
        self._capacity = capacity
        self._max_age_s = dict.fromkeys(Priority, max_age_s) | {Priority.GIFT: GIFTS_MAX_AGE_S}
        self._classes: dict[Priority, deque[QueuedTurn]] = {priority: deque() for priority in Priority}
        self.stirred = asyncio.Event()
        self.on_put: Callable[[QueuedTurn], None] = lambda item: None
        self.on_line: Callable[[], None] = lambda: None
        self.on_forget: Callable[[Callable[[LiveEvent], bool]], None] = lambda matches: None
        self.dropped = 0
        self.stale = 0

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._classes.values())

    def put(self, item: QueuedTurn) -> None:
        """Add an item; never waits."""
        self._classes[item.priority].append(item)
        if len(self) > self._capacity:
            next(waiting for waiting in reversed(self._classes.values()) if waiting).popleft()
            self.dropped += 1
        self.on_put(item)
        self.stirred.set()

    def line_came(self) -> None:
        """Note that somebody wrote something that is shown, also when nobody is asked to answer it."""
        self.on_line()
        self.stirred.set()

    def waiting(self, priority: Priority) -> Sequence[QueuedTurn]:
        """Return what waits in a class, oldest first."""
        return self._classes[priority]

    def take(self, items: Iterable[QueuedTurn]) -> None:
        """Remove items."""
        taken = {id(item) for item in items}
        self._keep(lambda item: id(item) not in taken)

    def forget(self, matches: Callable[[LiveEvent], bool]) -> None:
        """Drop what a moderator of the room has deleted."""
        self._keep(lambda item: item.event is None or not matches(item.event))
        self.on_forget(matches)

    def drop_stale(self, now_s: float) -> None:
        """Let go, and count, what has waited for too long."""
        for priority, waiting in self._classes.items():
            while waiting and now_s - waiting[0].arrived_s > self._max_age_s[priority]:
                waiting.popleft()
                self.stale += 1

    def snapshot(self, now_s: float) -> list[Frozen]:
        """Return what is owed an answer whoever gives it: gifts, and the streamer's own lines."""
        owed = (item for priority in OWED for item in self._classes[priority])
        return [item.snapshot(now_s) for item in owed]

    def _keep(self, is_kept: Callable[[QueuedTurn], bool]) -> None:
        for priority, waiting in self._classes.items():
            if waiting:
                self._classes[priority] = deque(item for item in waiting if is_kept(item))
