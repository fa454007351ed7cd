"""Remembers the last ids of a stream within a bound."""

from collections.abc import Iterable
from itertools import chain, islice


class RecentIds:
    """The ids added last: `size` of them at most, half of that at least.

    Two dictionaries take turns, which needs half the memory of an `OrderedDict`: when the newer is half of
    `size`, the older one is dropped.
    """

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self._newer: dict[str, None] = {}
        self._older: dict[str, None] = {}

    def add(self, source_id: str) -> bool:
        """Remember an id; return whether it is new."""
        if source_id in self._newer:
            return False
        is_new = source_id not in self._older
        self._newer[source_id] = None
        if len(self._newer) >= self._half:
            self._older, self._newer = self._newer, {}
        return is_new

    def update(self, source_ids: Iterable[str]) -> None:
        """Remember several ids, in their order."""
        for source_id in source_ids:
            self.add(source_id)

    def last(self, count: int) -> list[str]:
        """Return the ids added last, at most `count` of them, oldest first."""
        repeated = self._newer.keys() & self._older.keys()
        older = (source_id for source_id in reversed(self._older) if source_id not in repeated)
        return list(islice(chain(reversed(self._newer), older), count))[::-1]
