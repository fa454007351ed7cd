"""The queue of turns between the intake and the director: bounded, by priority, without stale turns."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from livesessions.pipeline.bus import EventsWithdrawn, LiveBus, Matcher, MessageShown, TurnQueued
from livesessions.pipeline.selection.turns import (
    GIFTS_MAX_AGE_S,
    MAX_AGE_S,
    OWED,
    Hold,
    Priority,
    QueuedTurn,
    QueuedTurnState,
)

CAPACITY = 200
MAX_PINNED = 10  # so that the queue stays one of new messages


class TurnQueue:
    """Holds at most `capacity` turns. When full, the oldest of the least urgent class is dropped and counted.

    `changed` is set by everything after which the host may have something else to say.
    """

    def __init__(self, bus: LiveBus, *, capacity: int = CAPACITY, max_age_s: float = MAX_AGE_S) -> None:
        self._bus = bus
        self._capacity = capacity
        self._max_age_s = dict.fromkeys(Priority, max_age_s) | {Priority.GIFT: GIFTS_MAX_AGE_S}
        self._classes: dict[Priority, deque[QueuedTurn]] = {priority: deque() for priority in Priority}
        self.changed = asyncio.Event()
        self.dropped = 0
        self.stale = 0

    def __len__(self) -> int:
        return sum(len(queued) for queued in self._classes.values())

    def put(self, turn: QueuedTurn) -> None:
        """Add a turn; never waits."""
        self._classes[turn.priority].append(turn)
        if len(self) > self._capacity:
            self._drop_one()
        self._bus.announce(TurnQueued(turn))
        self.changed.set()

    def _drop_one(self) -> None:
        """Drop the oldest turn of the least urgent class that the streamer does not hold."""
        self.dropped += 1
        for queued in reversed(self._classes.values()):
            for place, turn in enumerate(queued):
                if not turn.hold:
                    del queued[place]
                    return

    def message_shown(self) -> None:
        """Announce that a message is visible, even if it will not be answered."""
        self._bus.announce(MessageShown())
        self.changed.set()

    def queued(self, priority: Priority) -> Sequence[QueuedTurn]:
        """Return the turns of one class, oldest first."""
        return self._classes[priority]

    def __iter__(self) -> Iterator[QueuedTurn]:
        """Iterate over all turns, the most urgent class first, each class oldest first."""
        for queued in self._classes.values():
            yield from queued

    def find(self, turn_id: str) -> QueuedTurn | None:
        """Return the turn of an id."""
        return next((turn for turn in self if turn.id == turn_id), None)

    def held(self, hold: Hold) -> list[QueuedTurn]:
        """Return the turns that the streamer holds in one way."""
        return [turn for turn in self if turn.hold is hold]

    def set_hold(self, turn: QueuedTurn, hold: Hold) -> None:
        """Hold a queued turn, or hold it no more."""
        queued = self._classes[turn.priority]
        queued[queued.index(turn)] = replace(turn, hold=hold)
        self.changed.set()

    def remove(self, turns: Iterable[QueuedTurn]) -> None:
        removed = {id(turn) for turn in turns}
        self._keep(lambda turn: id(turn) not in removed)

    def withdraw(self, matches: Matcher) -> None:
        """Remove the turns of some events, and announce that nothing may be said about them."""
        self._keep(lambda turn: turn.event is None or not matches(turn.event))
        self._bus.announce(EventsWithdrawn(matches))

    def drop_stale(self, now_s: float) -> None:
        """Remove, and count, the turns that are too old to be said."""
        for priority, queued in self._classes.items():
            oldest_s = now_s - self._max_age_s[priority]
            if not queued or queued[0].arrived_s >= oldest_s:
                continue
            fresh = deque(turn for turn in queued if turn.hold or turn.arrived_s >= oldest_s)
            self.stale += len(queued) - len(fresh)
            self._classes[priority] = fresh

    def to_state(self, now_s: float) -> list[QueuedTurnState]:
        """Return the owed turns: gifts, help, the streamer's own texts, and what the streamer holds."""
        owed = (turn for turn in self if turn.priority in OWED or turn.hold)
        return [turn.to_state(now_s) for turn in owed]

    def _keep(self, is_kept: Callable[[QueuedTurn], bool]) -> None:
        for priority, queued in self._classes.items():
            if queued:
                self._classes[priority] = deque(turn for turn in queued if is_kept(turn))
