"""What happens when: a language, a rate and a seed go in, an endless run of timed scenes comes out.

Comments come at the rate, in a Poisson process with bursts. Everything else happens beside them: gifts
with their streaks, likes, joins, follows, shares, and what the platform tells of the room.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from chatsources.events import EventKind, Gift, Viewer
from chatsources.simulator.crowd import Crowd
from chatsources.simulator.data import load

FIRST_COMMENT_S = 0.2
VIEWERS_EVERY_S = 10.0

BURST_CHANCE = 0.03
BURST_COMMENTS = (4, 8)
BURST_PACE = 0.15  # a gap within a burst, as a share of the mean gap
# Bursts bring comments early, so the calm gaps are longer by what keeps the mean gap as it was.
CALM_PACE = 1 + BURST_CHANCE * (sum(BURST_COMMENTS) / 2) * (1 - BURST_PACE)

# How often each goes with a comment.
QUESTION_CHANCE = 0.02
DELETED_CHANCE = 0.35
GIFT_CHANCE = 0.06
BESIDE = {
    EventKind.LIKE: 0.5,
    EventKind.JOIN: 0.4,
    EventKind.FOLLOW: 0.04,
    EventKind.SHARE: 0.03,
    EventKind.SUBSCRIBE: 0.008,
}
STREAK_TOTALS = (1, 1, 2, 3, 3, 5, 5, 8, 10, 15, 20, 30)
STREAK_GAP_S = (0.4, 1.2)
STREAK_CLOSES_AFTER_S = 3.0
LOST_CLOSING_CHANCE = 0.12


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens in the room. `about` is the number of the scene it undoes."""

    kind: EventKind
    viewer: Viewer | None = None
    text: str = ""
    count: int = 1
    gift: Gift | None = None
    streak_open: bool = False
    about: int | None = None


# Seconds into the live, a number of its own, and what happens. No two compare equal before the scene.
Due = tuple[float, int, Scene]


class Room:
    """A live's room. One use each: `scenes` is endless, and the same for the same seed."""

    def __init__(self, *, language: str, rate_per_minute: float, seed: int) -> None:
        self._random = Random(f"{seed}/{language}")  # noqa: S311 (no secret)
        self._crowd = Crowd(language, self._random)
        self._mean_gap_s = 60 / rate_per_minute
        self._ahead: list[Due] = []
        self._numbers = itertools.count(1)
        self._next_comment = 0
        self._burst_left = 0
        self._present = self._random.randint(40, 120)
        self._told_viewers_s = 0.0

    def scenes(self) -> Iterator[Due]:
        """Yield what happens, in order of time."""
        viewer, _, text = self._crowd.opening()
        self._next_comment = self._add(FIRST_COMMENT_S, Scene(EventKind.COMMENT, viewer, text))
        while True:
            due = heapq.heappop(self._ahead)
            at_s, number, _ = due
            if number == self._next_comment:
                self._go_on(at_s)
            yield due

    def _go_on(self, now_s: float) -> None:
        next_s = now_s + self._gap_s()
        self._write_comment(next_s)
        for kind, chance in BESIDE.items():
            if self._random.random() < chance:
                self._add_beside(self._random.uniform(now_s, next_s), kind)
        if self._random.random() < GIFT_CHANCE:
            self._give(self._random.uniform(now_s, next_s))
        if next_s - self._told_viewers_s >= VIEWERS_EVERY_S:
            self._tell_viewers(next_s)

    def _gap_s(self) -> float:
        if self._burst_left:
            self._burst_left -= 1
            return self._random.expovariate(1 / (self._mean_gap_s * BURST_PACE))
        if self._random.random() < BURST_CHANCE:
            self._burst_left = self._random.randint(*BURST_COMMENTS)
        return self._random.expovariate(1 / (self._mean_gap_s * CALM_PACE))

    def _write_comment(self, at_s: float) -> None:
        if self._random.random() < QUESTION_CHANCE:
            viewer, text = self._crowd.question()
            self._next_comment = self._add(at_s, Scene(EventKind.QUESTION, viewer, text))
            return
        viewer, topic, text = self._crowd.comment()
        self._next_comment = self._add(at_s, Scene(EventKind.COMMENT, viewer, text))
        if topic in {"toxic", "spam"} and self._random.random() < DELETED_CHANCE:
            self._add(at_s + self._random.uniform(2, 5), Scene(EventKind.DELETED, about=self._next_comment))

    def _add_beside(self, at_s: float, kind: EventKind) -> None:
        count = self._random.randint(1, 15) if kind is EventKind.LIKE else 1
        self._present += kind is EventKind.JOIN
        self._add(at_s, Scene(kind, self._crowd.someone().viewer, count=count))

    def _tell_viewers(self, at_s: float) -> None:
        self._told_viewers_s = at_s
        self._present = max(5, self._present + self._random.randint(-8, 4))
        self._add(at_s, Scene(EventKind.VIEWERS, count=self._present))

    def _give(self, at_s: float) -> None:
        shelf = load("gifts.toml")
        (name,) = self._random.choices(list(shelf), weights=[shelf[gift]["weight"] for gift in shelf])
        viewer = self._crowd.someone("generous", "warm").viewer
        streak_id = f"{viewer.id}-{next(self._numbers)}" if shelf[name]["streaks"] else ""
        gift = Gift(shelf[name]["id"], name, shelf[name]["diamonds"], streak_id)
        if not streak_id:
            self._add(at_s, Scene(EventKind.GIFT, viewer, gift=gift))
            return
        for after_s, count, is_open in self._streak():
            self._add(
                at_s + after_s, Scene(EventKind.GIFT, viewer, count=count, gift=gift, streak_open=is_open)
            )

    def _streak(self) -> Iterator[tuple[float, int, bool]]:
        """Count up to a total with jumps, as real streaks do, and close some seconds later, or never."""
        total = self._random.choice(STREAK_TOTALS)
        after_s, count = 0.0, 1
        while count < total:
            yield after_s, count, True
            after_s += self._random.uniform(*STREAK_GAP_S)
            count = min(total, count + self._random.choice((1, 1, 1, 2, 3)))
        yield after_s, total, True
        if self._random.random() >= LOST_CLOSING_CHANCE:
            yield after_s + STREAK_CLOSES_AFTER_S, total, False

    def _add(self, at_s: float, scene: Scene) -> int:
        number = next(self._numbers)
        heapq.heappush(self._ahead, (at_s, number, scene))
        return number
