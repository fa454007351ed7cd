"""Remembers the last ids of a stream within a bound."""

from collections import deque
from collections.abc import Iterable
from itertools import chain, islice

PARTS = 4


class RecentIds:
    """The ids added last: `size` of them at most, three quarters of that at least.

    They lie in dictionaries of a quarter each, and the oldest one is dropped at once. That needs half the
    memory of an `OrderedDict`, and how much it needs varies by a quarter only.
    """

    def __init__(self, size: int) -> None:
        self._part = size // PARTS
        self._newest: dict[str, None] = {}
        self._older: deque[dict[str, None]] = deque(maxlen=PARTS - 1)  # newest first

    def add(self, source_id: str) -> bool:
        """Remember an id; return whether it is new."""
        if source_id in self._newest:
            return False
        is_new = not any(source_id in part for part in self._older)
        self._newest[source_id] = None
        if len(self._newest) >= self._part:
            self._older.appendleft(self._newest)
            self._newest = {}
        return is_new

    def update(self, source_ids: Iterable[str]) -> None:
        """Remember several ids, in their order."""
        for source_id in source_ids:
            self.add(source_id)

    def last(self, count: int) -> list[str]:
        """Return the ids added last, at most `count` of them, oldest first."""
        newest_first = chain.from_iterable(reversed(part) for part in (self._newest, *self._older))
        return list(islice(_once_each(newest_first), count))[::-1]


def _once_each(source_ids: Iterable[str]) -> Iterable[str]:
    """Yield each id once. One that came again is in several parts; the newest counts."""
    seen = set()
    for source_id in source_ids:
        if source_id not in seen:
            seen.add(source_id)
            yield source_id
