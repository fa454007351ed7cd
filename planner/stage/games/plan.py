"""Reads from the show's plan which games are due."""

from collections.abc import Callable, Sequence

from planner.stage.games.poll import Poll, make_poll
from planner.stage.games.topic_vote import open_topic_vote
from planner.stage.segments import PlanSegment, SegmentKind

TALKED_ABOUT = frozenset({SegmentKind.TOPIC, SegmentKind.PRODUCT})
# Kinds of segments in which no unplanned game starts.
NO_ROOM = frozenset({SegmentKind.OPENING, SegmentKind.CALL_TO_ACTION, SegmentKind.CLOSING})


class PlannedGames:
    """Reads the plan of one live, and records which of its polls were held."""

    def __init__(
        self, plan: Sequence[PlanSegment], current: Callable[[float], PlanSegment | None], *, language: str
    ) -> None:
        self._plan = plan
        self._current = current
        self._language = language
        self._held: list[int] = []

    def wants_quiz(self, now_s: float) -> bool:
        """Return whether the plan says quiz."""
        segment = self._current(now_s)
        return segment is not None and segment.kind is SegmentKind.QUIZ

    def has_room(self, now_s: float) -> bool:
        """Return whether a game may begin by itself in this part of the show."""
        segment = self._current(now_s)
        return segment is None or segment.kind not in NO_ROOM

    def poll(self, now_s: float) -> tuple[str, list[str]] | None:
        """Return the question and options of the poll that is on."""
        segment = self._current(now_s)
        if segment is None or segment.kind is not SegmentKind.POLL:
            return None
        return make_poll(segment.title, segment.talking_points)

    def take_poll(self, now_s: float) -> tuple[str, list[str]] | None:
        """Return the poll that is on, if it was not held yet, and count it as held."""
        poll, place = self.poll(now_s), self._place(now_s)
        if poll is None or place is None or place in self._held:
            return None
        self._held.append(place)
        return poll

    def topic_vote(self, now_s: float) -> Poll | None:
        """Return a vote on the points of this segment and the segments to come."""
        segment, place = self._current(now_s), self._place(now_s)
        later = self._plan if place is None else self._plan[place + 1 :]
        topics = [part.title for part in later if part.kind in TALKED_ABOUT]
        if segment is not None and segment.kind in TALKED_ABOUT:
            topics = [*segment.talking_points, *topics]
        return open_topic_vote(topics, language=self._language)

    def _place(self, now_s: float) -> int | None:
        segment = self._current(now_s)
        return next((place for place, part in enumerate(self._plan) if part is segment), None)

    def snapshot(self) -> list[int]:
        return list(self._held)

    def restore(self, saved: Sequence[int]) -> None:
        """Go on with a snapshot."""
        self._held = list(saved)
