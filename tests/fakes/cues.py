"""A cue source that follows a script."""

from dataclasses import dataclass, field
from typing import Any

from planner.stage.cues import Cue
from tests.fakes.virtual_time import EPOCH


@dataclass
class FakeCues:
    """Gives each cue from its second of the live on; those that were taken are kept with their second."""

    script: list[tuple[float, Cue]]
    taken: list[tuple[float, str]] = field(default_factory=list)
    asked: int = 0

    def due(self, now_s: float, *, quiet_s: float) -> Cue | None:
        self.asked += 1
        return next((cue for at_s, cue in self.script if EPOCH.timestamp() + at_s <= now_s), None)

    def took(self, cue: Cue, now_s: float) -> None:
        self.taken.append((now_s - EPOCH.timestamp(), cue.key))
        self.script = [(at_s, waiting) for at_s, waiting in self.script if waiting is not cue]

    def wakes_at_s(self, now_s: float) -> float | None:
        moments = (EPOCH.timestamp() + at_s for at_s, _ in self.script)
        return min((moment for moment in moments if moment > now_s), default=None)

    def snapshot(self) -> dict[str, Any]:
        return {"taken": self.taken}

    def restore(self, saved: dict[str, Any]) -> None:
        self.taken = saved["taken"]
