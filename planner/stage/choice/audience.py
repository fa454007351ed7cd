"""Records which viewers were answered and who sent gifts."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from planner.stage.turn import Turn

REMEMBERED_VIEWERS = 2_000
LATELY_S = 300.0
MAX_ANSWERS = 100  # a viewer's limit is never higher


@dataclass(slots=True)
class _Known:
    has_given: bool = False
    is_new: bool = True
    answered_at_s: list[float] = field(default_factory=list)


STRANGER = _Known()


class Audience:
    """The `capacity` viewers who were answered or sent gifts last.

    Times are wall-clock seconds, so that another worker can continue from a snapshot. `last` is the viewer
    answered last.
    """

    def __init__(self, *, capacity: int = REMEMBERED_VIEWERS) -> None:
        self._capacity = capacity
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self.last = ""

    def __len__(self) -> int:
        return len(self._known)

    def gave(self, viewer: str) -> None:
        """Record a gift."""
        if viewer:
            self._meet(viewer).has_given = True

    def answered(self, viewer: str, at_s: float) -> None:
        """Record answered viewers; `last` becomes this one."""
        self.last = viewer
        if viewer:
            known = self._meet(viewer)
            known.is_new = False
            recent = [earlier_s for earlier_s in known.answered_at_s if earlier_s > at_s - LATELY_S]
            known.answered_at_s = [*recent, at_s][-MAX_ANSWERS:]

    def has_given(self, viewer: str) -> bool:
        return self._known.get(viewer, STRANGER).has_given

    def is_new(self, viewer: str) -> bool:
        """Return whether a viewer has not been answered yet in this live."""
        return self._known.get(viewer, STRANGER).is_new

    def answers_lately(self, viewer: str, now_s: float) -> int:
        """Return how often a viewer was answered in the last five minutes."""
        known = self._known.get(viewer, STRANGER)
        return sum(at_s > now_s - LATELY_S for at_s in known.answered_at_s)

    def _meet(self, viewer: str) -> _Known:
        known = self._known.setdefault(viewer, _Known())
        self._known.move_to_end(viewer)
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return known

    def snapshot(self) -> dict[str, Any]:
        """Return the viewers as plain values, oldest first."""
        known = self._known.items()
        return {
            "viewers": [[key, who.has_given, who.is_new, who.answered_at_s] for key, who in known],
            "last": self.last,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self.last = saved["last"]
        viewers: Iterable[tuple[str, bool, bool, list[float]]] = saved["viewers"]
        for viewer, has_given, is_new, answered_at_s in viewers:
            self._known[viewer] = _Known(has_given, is_new, list(answered_at_s))


def viewer_of(turn: Turn) -> str:
    """Return the key of a turn's viewer: the platform's id, else the name, else an empty string."""
    return turn.viewer_id or turn.viewer_name.casefold()
