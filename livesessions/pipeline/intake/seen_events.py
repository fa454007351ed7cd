"""Remembers which events were taken in, so that each counts once, also across a takeover."""

from collections import OrderedDict
from collections.abc import Iterable
from enum import Enum, auto
from itertools import islice

MAX_REMEMBERED = 20_000
MAX_SAVED = 1_000


class Novelty(Enum):
    """Whether an event was seen before."""

    NEW = auto()
    DUPLICATE = auto()
    UNRECORDED = auto()  # taken in by the worker before us, which may not have written it down


class SeenEvents:
    """Knows the ids of the last 20,000 events."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._unrecorded: set[str] = set()
        self.duplicates = 0

    def add(self, source_id: str) -> Novelty:
        """Remember an event, and return whether it was seen before."""
        if source_id not in self._seen:
            self._seen[source_id] = None
            if len(self._seen) > MAX_REMEMBERED:
                self._seen.popitem(last=False)
            return Novelty.NEW
        if source_id in self._unrecorded:
            self._unrecorded.discard(source_id)
            return Novelty.UNRECORDED
        self.duplicates += 1
        return Novelty.DUPLICATE

    def to_state(self) -> list[str]:
        """Return the ids of the last 1,000 events, oldest first."""
        return list(islice(reversed(self._seen), MAX_SAVED))[::-1]

    def restore(self, seen: Iterable[str], unrecorded: Iterable[str]) -> None:
        self._seen.update(dict.fromkeys(seen))
        self._unrecorded = set(unrecorded)
