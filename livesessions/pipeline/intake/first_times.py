"""Knows which viewers have followed, shared or subscribed in a live, so that each counts once."""

from collections.abc import Iterable

from chatsources.events import EventKind, LiveEvent
from chatsources.recent_ids import RecentIds

ONCE_A_LIVE = frozenset({EventKind.FOLLOW, EventKind.SHARE, EventKind.SUBSCRIBE})
MAX_REMEMBERED = 32_000
MAX_SAVED = 1_000


class FirstTimes:
    """Remembers the last 24,000 to 32,000 pairs of a viewer and a kind of event."""

    def __init__(self) -> None:
        self._done = RecentIds(MAX_REMEMBERED)
        self.repeated = 0

    def add(self, event: LiveEvent) -> bool:
        """Remember an event; return False, and count it, if its viewer has done the same before in this live.

        Events of other kinds, and of viewers who cannot be told apart, are always first.
        """
        viewer = event.viewer
        known_by = viewer.id or viewer.handle if viewer else ""
        if event.kind not in ONCE_A_LIVE or not known_by or self._done.add(f"{event.kind.value}:{known_by}"):
            return True
        self.repeated += 1
        return False

    def to_state(self) -> list[str]:
        """Return the last 1,000 pairs, oldest first."""
        return self._done.last(MAX_SAVED)

    def restore(self, done: Iterable[str]) -> None:
        """Continue from a state."""
        self._done.update(done)
