"""Picks the item used longest ago."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf


class Rotation:
    """Tracks items by index; an item comes again only after all others.

    Times are wall-clock seconds.
    """

    def __init__(self, items: Sequence[str]) -> None:
        self._items = items
        self._used_at_s: dict[int, float] = {}

    def __getitem__(self, place: int) -> str:
        return self._items[place]

    def oldest(self, places: Iterable[int] | None = None) -> int:
        """Return the index used longest ago, the first unused one if there is any."""
        return min(range(len(self._items)) if places is None else places, key=self.used_at_s)

    def by_age(self) -> list[int]:
        """Return all indexes, the one used longest ago first."""
        return sorted(range(len(self._items)), key=self.used_at_s)

    def used_at_s(self, place: int) -> float:
        """Return when an item was last used; minus infinity for never."""
        return self._used_at_s.get(place, -inf)

    def use(self, place: int, now_s: float) -> None:
        """Record that an item is being used; an unknown index is ignored."""
        if place < len(self._items):
            self._used_at_s[place] = now_s

    def snapshot(self) -> dict[str, float]:
        """Return when each item was used, by index."""
        return {str(place): at_s for place, at_s in self._used_at_s.items()}

    def restore(self, saved: Mapping[str, float]) -> None:
        """Continue from a snapshot."""
        for place, at_s in saved.items():
            self.use(int(place), at_s)
