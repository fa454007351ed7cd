"""Generates the endless, timed sequence of events of a simulated room.

Comments follow a Poisson process with bursts, at a given mean rate. All else is generated beside them: gifts
and their streaks, likes, joins, follows, shares, subscriptions, deletions and the number of viewers.
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
# Bursts shorten gaps, so the calm gaps are longer by the factor that preserves the mean gap.
CALM_PACE = 1 + BURST_CHANCE * (sum(BURST_COMMENTS) / 2) * (1 - BURST_PACE)

# The chance of each for every comment.
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
    """One event of the room. `about` is the number of the scene that it deletes."""

    kind: EventKind
    viewer: Viewer | None = None
    text: str = ""
    count: int = 1
    gift: Gift | None = None
    streak_open: bool = False
    about: int | None = None


# The seconds into the live, the scene's unique number, and the scene. The number decides equal times.
Due = tuple[float, int, Scene]


class Room:
    """A simulated room, for one use: `scenes` is endless, and the same for the same seed."""

    def __init__(self, *, language: str, rate_per_minute: float, seed: int) -> None:
        self._random = Random(f"{seed}/{language}")  # noqa: S311 (no secret)
        self._crowd = Crowd(language, self._random)
        self._mean_gap_s = 60 / rate_per_minute
        self._pending: list[Due] = []
        self._numbers = itertools.count(1)
        self._next_comment = 0
        self._burst_left = 0
        self._present = self._random.randint(40, 120)
        self._counted_viewers_s = 0.0

    def scenes(self) -> Iterator[Due]:
        """Yield the scenes in order of time."""
        viewer, _, text = self._crowd.opening()
        self._next_comment = self._add(FIRST_COMMENT_S, Scene(EventKind.COMMENT, viewer, text))
        while True:
            due = heapq.heappop(self._pending)
            at_s, number, _ = due
            if number == self._next_comment:
                self._generate_next(at_s)
            yield due

    def _generate_next(self, now_s: float) -> None:
        next_s = now_s + self._gap_s()
        self._write_comment(next_s)
        for kind, chance in BESIDE.items():
            if self._random.random() < chance:
                self._add_beside(self._random.uniform(now_s, next_s), kind)
        if self._random.random() < GIFT_CHANCE:
            self._give(self._random.uniform(now_s, next_s))
        if next_s - self._counted_viewers_s >= VIEWERS_EVERY_S:
            self._count_viewers(next_s)

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

    def _count_viewers(self, at_s: float) -> None:
        self._counted_viewers_s = at_s
        self._present = max(5, self._present + self._random.randint(-8, 4))
        self._add(at_s, Scene(EventKind.VIEWERS, count=self._present))

    def _give(self, at_s: float) -> None:
        gifts = load("gifts.toml")
        (name,) = self._random.choices(list(gifts), weights=[gifts[gift]["weight"] for gift in gifts])
        viewer = self._crowd.someone("generous", "warm").viewer
        streak_id = f"{viewer.id}-{next(self._numbers)}" if gifts[name]["streaks"] else ""
        gift = Gift(gifts[name]["id"], name, gifts[name]["diamonds"], streak_id)
        if not streak_id:
            self._add(at_s, Scene(EventKind.GIFT, viewer, gift=gift))
            return
        for after_s, count, is_open in self._streak():
            self._add(
                at_s + after_s, Scene(EventKind.GIFT, viewer, count=count, gift=gift, streak_open=is_open)
            )

    def _streak(self) -> Iterator[tuple[float, int, bool]]:
        """Yield a streak's messages: seconds, count, and whether it stays open.

        As on the platform, the count may jump, and the closing message comes seconds later or never.
        """
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
        heapq.heappush(self._pending, (at_s, number, scene))
        return number
