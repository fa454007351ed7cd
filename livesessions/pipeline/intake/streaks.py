"""Merges the events of a gift streak into one event with the total."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from math import inf

from chatsources.events import LiveEvent
from chatsources.state import event_from_state, event_to_state
from livesessions.pipeline.intake.state import StreaksState

MAX_CLOSED = 2048
MAX_SAVED_CLOSED = 512

StreakKey = tuple[str, str, str]


@dataclass(slots=True)
class OpenStreak:
    """A streak that may still grow: its largest event so far, and when it counts as finished."""

    largest: LiveEvent
    deadline_s: float


class StreakMerger:
    """Lets each gift be thanked once, with its total.

    A streak is finished by its closing event or, when that is lost, `timeout_s` after its last event.
    A finished streak that grows after all gives a second event with only what was not counted before, so
    that the sum over all events is what was given.
    A streak without an id is known by its viewer and gift, while it is open and for `timeout_s` after it.
    Times are seconds of the caller's monotonic clock.
    """

    def __init__(self, timeout_s: float = 8.0) -> None:
        self._timeout_s = timeout_s
        # Ordered by deadline: every event moves its streak to the end.
        self._open: OrderedDict[StreakKey, OpenStreak] = OrderedDict()
        self._counted: OrderedDict[StreakKey, int] = OrderedDict()
        # When the streaks without an id were finished.
        self._finished_s: OrderedDict[StreakKey, float] = OrderedDict()

    def add(self, event: LiveEvent, now_s: float) -> list[LiveEvent]:
        """Take a gift event; return the gift to thank for now, if it is complete."""
        key = self._key(event, now_s)
        if key is None:
            return [event]
        if event.count <= self._counted.get(key, 0):
            return []
        streak = self._open.pop(key, None)
        largest = event if streak is None or event.count > streak.largest.count else streak.largest
        if not event.streak_open:
            return [self._finish(key, largest, now_s)]
        self._open[key] = OpenStreak(largest, now_s + self._timeout_s)
        return []

    def expire(self, now_s: float) -> list[LiveEvent]:
        """Return the gifts whose closing event did not come in time; `math.inf` finishes them all."""
        finished = []
        while self._open:
            key, streak = next(iter(self._open.items()))
            if streak.deadline_s > now_s:
                break
            del self._open[key]
            finished.append(self._finish(key, streak.largest, now_s))
        return finished

    def next_deadline(self) -> float | None:
        """Return when the next streak counts as finished, or None while no streak is open."""
        return next(iter(self._open.values())).deadline_s if self._open else None

    def to_state(self) -> StreaksState:
        counted = list(self._counted.items())[-MAX_SAVED_CLOSED:]
        return {
            "open": [event_to_state(streak.largest) for streak in self._open.values()],
            "counted": [(*key, count) for key, count in counted],
        }

    def restore(self, state: StreaksState, now_s: float) -> None:
        """Continue from a state; open streaks are waited for as if their last event came now."""
        for viewer_id, gift_id, streak_id, count in state["counted"]:
            self._counted[viewer_id, gift_id, streak_id] = count
        for event in map(event_from_state, state["open"]):
            self.add(replace(event, streak_open=True), now_s)

    def _finish(self, key: StreakKey, largest: LiveEvent, now_s: float) -> LiveEvent:
        before = self._counted.pop(key, 0)
        self._counted[key] = largest.count
        if len(self._counted) > MAX_CLOSED:
            self._counted.popitem(last=False)
        if not _has_id(key):
            self._finished_s[key] = now_s
            self._finished_s.move_to_end(key)
            if len(self._finished_s) > MAX_CLOSED:
                self._finished_s.popitem(last=False)
        return replace(largest, count=largest.count - before, streak_open=False)

    def _key(self, event: LiveEvent, now_s: float) -> StreakKey | None:
        """Return the key of an event's streak; None for a gift by itself."""
        gift = event.gift
        if gift is None:
            return None
        key = (event.viewer.id if event.viewer else "", gift.id, gift.streak_id)
        if _has_id(key) or key in self._open:
            return key
        is_over = now_s - self._finished_s.get(key, -inf) > self._timeout_s
        if is_over or (event.streak_open and event.count <= self._counted.get(key, 0)):
            self._counted.pop(key, None)
        return key if event.streak_open or key in self._counted else None


def _has_id(key: StreakKey) -> bool:
    return bool(key[2])
