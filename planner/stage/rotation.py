"""Takes turns: things to say go in, the one that was said longest ago comes out."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf


class Rotation:
    """Knows each item by its place, and gives one again only when all others were used since.

    Times are wall-clock seconds.
    """

    def __init__(self, items: Sequence[str]) -> None:
        self._items = items
        self._used_at_s: dict[int, float] = {}

    def __getitem__(self, place: int) -> str:
        return self._items[place]

    def oldest(self, places: Iterable[int] | None = None) -> int:
        """Return the place used longest ago, the first of those never used; there must be one."""
        return min(range(len(self._items)) if places is None else places, key=self.used_at_s)

    def by_age(self) -> list[int]:
        """Return all places, the one used longest ago first."""
        return sorted(range(len(self._items)), key=self.used_at_s)

    def used_at_s(self, place: int) -> float:
        """Return when an item was last used; minus infinity for never."""
        return self._used_at_s.get(place, -inf)

    def use(self, place: int, now_s: float) -> None:
        """Note that an item is being said; one that is not there any more does not matter."""
        if place < len(self._items):
            self._used_at_s[place] = now_s

    def snapshot(self) -> dict[str, float]:
        """Return when each item was used, by its place."""
        return {str(place): at_s for place, at_s in self._used_at_s.items()}

    def restore(self, frozen: Mapping[str, float]) -> None:
        """Go on with a snapshot."""
        for place, at_s in frozen.items():
            self.use(int(place), at_s)
