"""The port of sources that make the host speak on its own initiative."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from planner.stage.turn import Turn


class NextAction(StrEnum):
    """What the host does next."""

    ANSWER = "answer"
    THANK = "thank"
    GAME = "game"
    ANNOUNCE = "announce"
    TOPIC = "topic"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to say. `line` is said word for word.

    If it is empty, the planner writes a reply to `turn`. `key` is private to the source that made the cue.
    """

    state: NextAction
    turn: Turn
    line: str = ""
    key: str = ""


class CueSource(Protocol):
    """A source of cues: show plan, games, thanks. Methods are quick and do no I/O.

    All times are wall-clock seconds, so that another worker can continue from a snapshot.
    """

    def due(self, now_s: float, *, quiet_s: float) -> Cue | None:
        """Return the cue to say now, unchanged until `took`; `quiet_s` is the chat's silence."""

    def took(self, cue: Cue, now_s: float) -> None:
        """Record that a cue is being said."""

    def wakes_at_s(self, now_s: float) -> float | None:
        """Return when `due` may next return another cue without a new event."""

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain values."""

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
