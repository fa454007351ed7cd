"""Counts the points of a live's games."""

from dataclasses import dataclass
from typing import Any

REMEMBERED_VIEWERS = 2_000


@dataclass(slots=True)
class PlayerScore:
    """One viewer's points. `name` is the last one that could be said, or empty."""

    points: int
    name: str


class Leaderboard:
    """Points by viewer id."""

    def __init__(self) -> None:
        self._scores: dict[str, PlayerScore] = {}

    def add(self, viewer_id: str, name: str, points: int) -> None:
        """Give points to a viewer; an empty name leaves the last one."""
        score = self._scores.setdefault(viewer_id, PlayerScore(0, ""))
        score.points += points
        score.name = name or score.name
        if len(self._scores) > REMEMBERED_VIEWERS:
            del self._scores[min(self._scores, key=lambda viewer: self._scores[viewer].points)]

    def top(self, places: int) -> list[PlayerScore]:
        """Return who leads, best first; of equals whoever scored first."""
        return sorted(self._scores.values(), key=lambda score: -score.points)[:places]

    def snapshot(self) -> list[list[Any]]:
        return [[viewer_id, score.name, score.points] for viewer_id, score in self._scores.items()]

    def restore(self, saved: list[list[Any]]) -> None:
        """Continue from a snapshot."""
        self._scores = {viewer_id: PlayerScore(points, name) for viewer_id, name, points in saved}
