"""Counts a live's events by kind, for the goal on the overlay."""

from chatsources.events import EventKind, LiveEvent

COUNTED = (EventKind.FOLLOW, EventKind.GIFT, EventKind.LIKE, EventKind.SUBSCRIBE, EventKind.SHARE)
WITH_COUNT = (EventKind.GIFT, EventKind.LIKE)  # one event counts `count` times


class EventCounts:
    """Counts follows, gifts, likes, subscriptions and shares. Give it only the finished event of a streak.

    Where the source says how many likes the room has, that is the number of likes.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> dict[str, int]:
        return dict(self._counts)

    def add(self, event: LiveEvent) -> bool:
        """Count an event; return whether its kind is counted."""
        if event.kind not in COUNTED:
            return False
        before = self._counts.get(event.kind.value, 0)
        self._counts[event.kind.value] = _count_after(event, before)
        return True

    def restore(self, counts: dict[str, int]) -> None:
        """Continue from these counts."""
        self._counts = dict(counts)


def _count_after(event: LiveEvent, before: int) -> int:
    if event.total:
        return max(before, event.total)  # an older message may arrive later
    return before + (event.count if event.kind in WITH_COUNT else 1)
