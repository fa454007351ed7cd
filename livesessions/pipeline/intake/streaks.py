"""Merges the events of a gift streak into one event with the total."""

from collections import OrderedDict
from dataclasses import dataclass, replace

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
    Times are seconds of the caller's monotonic clock.
    """

    def __init__(self, timeout_s: float = 8.0) -> None:
        self._timeout_s = timeout_s
        # Ordered by deadline: every event moves its streak to the end.
        self._open: OrderedDict[StreakKey, OpenStreak] = OrderedDict()
        self._counted: OrderedDict[StreakKey, int] = OrderedDict()

    def add(self, event: LiveEvent, now_s: float) -> list[LiveEvent]:
        """Take a gift event; return the gift to thank for now, if it is complete."""
        key = _key(event)
        if key is None:
            return [event]
        if event.count <= self._counted.get(key, 0):
            return []
        streak = self._open.pop(key, None)
        largest = event if streak is None or event.count > streak.largest.count else streak.largest
        if not event.streak_open:
            return [self._finish(key, largest)]
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
            finished.append(self._finish(key, streak.largest))
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

    def _finish(self, key: StreakKey, largest: LiveEvent) -> LiveEvent:
        before = self._counted.pop(key, 0)
        self._counted[key] = largest.count
        if len(self._counted) > MAX_CLOSED:
            self._counted.popitem(last=False)
        return replace(largest, count=largest.count - before, streak_open=False)


def _key(event: LiveEvent) -> StreakKey | None:
    gift = event.gift
    if gift is None or not gift.streak_id:
        return None
    return (event.viewer.id if event.viewer else "", gift.id, gift.streak_id)
