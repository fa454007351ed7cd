"""What a game still has to say: lines go in, cues come out in their order."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from planner.stage.cues import Cue, NextAction
from planner.stage.turn import Turn, thaw_turn


@dataclass(frozen=True, slots=True)
class Saying:
    """One cue, what it is for, and since when it waits."""

    what: str
    cue: Cue
    since_s: float


class Sayings:
    """A short queue. What something is for is no text that is said."""

    def __init__(self) -> None:
        self._waiting: deque[Saying] = deque()
        self._number = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, what: str, state: NextAction, turn: Turn, line: str, now_s: float) -> None:
        """Put something to say at the end."""
        self._number += 1
        self._waiting.append(Saying(what, Cue(state, turn, line, f"{what}:{self._number}"), now_s))

    def first(self) -> Cue | None:
        """Return what should be said first."""
        return self._waiting[0].cue if self._waiting else None

    def has(self, what: str) -> bool:
        """Return whether something of a kind waits."""
        return any(saying.what == what for saying in self._waiting)

    def take(self, cue: Cue) -> str:
        """Take a cue out and return what it is for; `` when it does not wait any more."""
        for saying in self._waiting:
            if saying.cue.key == cue.key:
                self._waiting.remove(saying)
                return saying.what
        return ""

    def drop(self, what: str) -> None:
        """Forget what waits of a kind."""
        self._waiting = deque(saying for saying in self._waiting if saying.what != what)

    def drop_older_than(self, since_s: float) -> set[str]:
        """Forget what waits since before a moment; return what that was for."""
        old = {saying.what for saying in self._waiting if saying.since_s < since_s}
        self._waiting = deque(saying for saying in self._waiting if saying.since_s >= since_s)
        return old

    def snapshot(self) -> dict[str, Any]:
        waiting = [
            {**asdict(saying.cue), "what": saying.what, "since_s": saying.since_s} for saying in self._waiting
        ]
        return {"number": self._number, "waiting": waiting}

    def restore(self, frozen: dict[str, Any]) -> None:
        """Go on with a snapshot."""
        self._number = frozen["number"]
        self._waiting = deque(_thawed(saying) for saying in frozen["waiting"])


def _thawed(frozen: dict[str, Any]) -> Saying:
    cue = Cue(NextAction(frozen["state"]), thaw_turn(frozen["turn"]), frozen["line"], frozen["key"])
    return Saying(frozen["what"], cue, frozen["since_s"])
