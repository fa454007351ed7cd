"""Adds up what happened in the room since this worker took the live, for the figures of the console."""

from chatsources.events import LiveEvent


class RoomTotals:
    """How many messages were taken in, and how many gifts, diamonds and likes were given."""

    def __init__(self) -> None:
        self._totals = {"messages": 0, "gifts": 0, "diamonds": 0, "likes": 0}

    @property
    def totals(self) -> dict[str, int]:
        return dict(self._totals)

    def add_message(self) -> None:
        self._totals["messages"] += 1

    def add_gift(self, event: LiveEvent) -> None:
        """Add a gift, or a gift streak once it has ended."""
        self._totals["gifts"] += event.count
        self._totals["diamonds"] += event.count * (event.gift.diamonds if event.gift else 0)

    def add_likes(self, count: int) -> None:
        self._totals["likes"] += max(count, 0)
