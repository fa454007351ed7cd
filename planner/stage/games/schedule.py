"""Decides when a game may start."""

from collections import OrderedDict
from random import Random
from typing import Any

JITTER_S = 60.0
LIVELY_VIEWERS = 3
LIVELY_WITHIN_S = 120.0
REST_S = 120.0  # between a game and one that a viewer asks for
ROUND_PAUSE_S = 30.0  # between two questions where the plan says quiz


class GameSchedule:
    """When the next game begins by itself, and whether somebody may ask for one. `every_s` 0 is never."""

    def __init__(self, *, every_s: float, seed: int) -> None:
        self._every_s = every_s
        self._seed = seed
        self._games = 0
        self._next_at_s: float | None = None
        self._ended_at_s: float | None = None
        self._asked_at_s: float | None = None
        self._wrote_at_s: OrderedDict[str, float] = OrderedDict()

    @property
    def games(self) -> int:
        """How many games were played."""
        return self._games

    def add_clip(self, viewer_id: str, now_s: float) -> None:
        """Note that a viewer has written. Only the last few viewers matter."""
        self._wrote_at_s.pop(viewer_id, None)
        self._wrote_at_s[viewer_id] = now_s
        if len(self._wrote_at_s) > LIVELY_VIEWERS:
            self._wrote_at_s.popitem(last=False)

    def note_asked(self, now_s: float) -> None:
        """Note that a viewer has asked for a game and got it."""
        self._asked_at_s = now_s

    def note_end(self, now_s: float) -> None:
        """Note that a game is over; the next one by itself is as far away as the show wants."""
        self._games += 1
        self._ended_at_s = now_s
        self._next_at_s = self._drawn(now_s)

    def is_lively(self, now_s: float) -> bool:
        """Return whether enough different viewers have written lately."""
        recent = [at_s for at_s in self._wrote_at_s.values() if now_s - at_s <= LIVELY_WITHIN_S]
        return len(recent) >= LIVELY_VIEWERS

    def is_time(self, now_s: float) -> bool:
        """Return whether a game should begin by itself."""
        if self._next_at_s is None:
            self._next_at_s = self._drawn(now_s)
        return self._every_s > 0 and now_s >= self._next_at_s and self.is_lively(now_s)

    def may_ask(self, now_s: float) -> bool:
        """Return whether any viewer may have a game now."""
        return not _within(self._asked_at_s, now_s, REST_S) and not _within(self._ended_at_s, now_s, REST_S)

    def may_go_on(self, now_s: float) -> bool:
        """Return whether the next question of a quiz in the plan may follow."""
        return not _within(self._ended_at_s, now_s, self._pause_s(now_s))

    def _pause_s(self, now_s: float) -> float:
        return ROUND_PAUSE_S if self.is_lively(now_s) else REST_S

    def wakes_at_s(self, now_s: float, *, in_rounds: bool) -> float | None:
        """Return when a game may next begin if nobody writes until then."""
        if in_rounds and self._ended_at_s is not None and not self.may_go_on(now_s):
            return self._ended_at_s + self._pause_s(now_s)
        next_at_s = self._next_at_s if self._every_s > 0 else None
        return next_at_s if next_at_s is not None and next_at_s > now_s else None

    def snapshot(self) -> dict[str, Any]:
        return {
            "games": self._games,
            "next_at_s": self._next_at_s,
            "ended_at_s": self._ended_at_s,
            "asked_at_s": self._asked_at_s,
            "wrote_at_s": list(self._wrote_at_s.items()),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Go on with a snapshot."""
        self._games = saved["games"]
        self._next_at_s = saved["next_at_s"]
        self._ended_at_s = saved["ended_at_s"]
        self._asked_at_s = saved["asked_at_s"]
        self._wrote_at_s = OrderedDict(saved["wrote_at_s"])

    def _drawn(self, now_s: float) -> float:
        # A generator for each game, so that the next worker draws the same.
        chance = Random(f"{self._seed}/game/{self._games}")  # noqa: S311 (no secret)
        return now_s + max(self._every_s + chance.uniform(-JITTER_S, JITTER_S), JITTER_S)


def _within(then_s: float | None, now_s: float, span_s: float) -> bool:
    return then_s is not None and now_s - then_s < span_s
