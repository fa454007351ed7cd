"""A queue of the lines that a game still has to say."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from planner.stage.cues import Cue, NextAction
from planner.stage.turn import Turn, turn_from_state


@dataclass(frozen=True, slots=True)
class Announcement:
    """One cue, its purpose, and when it was queued."""

    what: str
    cue: Cue
    since_s: float


class AnnouncementQueue:
    """A short queue. The purpose of an announcement is never said."""

    def __init__(self) -> None:
        self._waiting: deque[Announcement] = deque()
        self._number = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, what: str, state: NextAction, turn: Turn, line: str, now_s: float) -> None:
        """Append an announcement."""
        self._number += 1
        self._waiting.append(Announcement(what, Cue(state, turn, line, f"{what}:{self._number}"), now_s))

    def first(self) -> Cue | None:
        """Return the next announcement."""
        return self._waiting[0].cue if self._waiting else None

    def has(self, what: str) -> bool:
        """Return whether an announcement with this purpose is queued."""
        return any(saying.what == what for saying in self._waiting)

    def take(self, cue: Cue) -> str:
        """Remove a cue and return its purpose; empty if it is no longer queued."""
        for saying in self._waiting:
            if saying.cue.key == cue.key:
                self._waiting.remove(saying)
                return saying.what
        return ""

    def drop(self, what: str) -> None:
        """Delete the announcements with a purpose."""
        self._waiting = deque(saying for saying in self._waiting if saying.what != what)

    def drop_older_than(self, since_s: float) -> set[str]:
        """Delete announcements queued before a time; return their purposes."""
        old = {saying.what for saying in self._waiting if saying.since_s < since_s}
        self._waiting = deque(saying for saying in self._waiting if saying.since_s >= since_s)
        return old

    def snapshot(self) -> dict[str, Any]:
        waiting = [
            {**asdict(saying.cue), "what": saying.what, "since_s": saying.since_s} for saying in self._waiting
        ]
        return {"number": self._number, "waiting": waiting}

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self._number = saved["number"]
        self._waiting = deque(_thawed(saying) for saying in saved["waiting"])


def _thawed(saved: dict[str, Any]) -> Announcement:
    cue = Cue(NextAction(saved["state"]), turn_from_state(saved["turn"]), saved["line"], saved["key"])
    return Announcement(saved["what"], cue, saved["since_s"])
