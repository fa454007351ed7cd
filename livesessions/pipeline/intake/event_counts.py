"""What a live has had so far, by kind: events come in, numbers for the overlay's goal come out."""

from livesessions.sources.events import EventKind, LiveEvent

COUNTED = (EventKind.FOLLOW, EventKind.GIFT, EventKind.LIKE, EventKind.SUBSCRIBE, EventKind.SHARE)
IN_LOTS = (EventKind.GIFT, EventKind.LIKE)  # whose `count` says how many


class Tally:
    """Counts follows, gifts, likes, subscriptions and shares. Of a streak it wants the finished event."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> dict[str, int]:
        return dict(self._counts)

    def add(self, event: LiveEvent) -> bool:
        """Count an event; return whether it is of a kind that counts."""
        if event.kind not in COUNTED:
            return False
        more = max(event.count, 1) if event.kind in IN_LOTS else 1
        self._counts[event.kind.value] = self._counts.get(event.kind.value, 0) + more
        return True

    def restore(self, counts: dict[str, int]) -> None:
        """Go on from these."""
        self._counts = dict(counts)
