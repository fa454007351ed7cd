"""Remembers which events were taken in, so that each counts once, also across a takeover."""

from collections.abc import Iterable
from enum import Enum, auto

from chatsources.recent_ids import RecentIds

MAX_REMEMBERED = 16_000
MAX_SAVED = 1_000


class Novelty(Enum):
    """Whether an event was seen before."""

    NEW = auto()
    DUPLICATE = auto()
    UNRECORDED = auto()  # taken in by the worker before us, which may not have written it down


class SeenEvents:
    """Knows the ids of the last 12,000 to 16,000 events."""

    def __init__(self) -> None:
        self._seen = RecentIds(MAX_REMEMBERED)
        self._unrecorded: set[str] = set()
        self.duplicates = 0

    def add(self, source_id: str) -> Novelty:
        """Remember an event, and return whether it was seen before."""
        if self._seen.add(source_id):
            return Novelty.NEW
        if source_id in self._unrecorded:
            self._unrecorded.discard(source_id)
            return Novelty.UNRECORDED
        self.duplicates += 1
        return Novelty.DUPLICATE

    def to_state(self) -> list[str]:
        """Return the ids of the last 1,000 events, oldest first."""
        return self._seen.last(MAX_SAVED)

    def restore(self, seen: Iterable[str], unrecorded: Iterable[str]) -> None:
        self._seen.update(seen)
        self._unrecorded = set(unrecorded)
