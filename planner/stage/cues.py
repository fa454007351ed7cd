"""What the host wants to say of its own accord: a clock goes in, a cue comes out when one is due."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from planner.stage.turn import Turn


class NextAction(StrEnum):
    """What the host is doing, or about to do."""

    ANSWER = "answer"
    THANK = "thank"
    GAME = "game"
    ANNOUNCE = "announce"
    TOPIC = "topic"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to say. `line` is said word for word; when it is empty the planner finds words for `turn`.

    `key` means something only to the source that gave the cue.
    """

    state: NextAction
    turn: Turn
    line: str = ""
    key: str = ""


class CueSource(Protocol):
    """Gives cues: the show plan, the games, the thanks. It promises to be quick, and does no I/O.

    All times are wall-clock seconds, so that the next worker can go on with a snapshot.
    """

    def due(self, now_s: float, *, quiet_s: float) -> Cue | None:
        """Return what should be said now, the same until it is taken; `quiet_s` is the chat's silence."""

    def took(self, cue: Cue, now_s: float) -> None:
        """Note that a cue is being said."""

    def wakes_at_s(self, now_s: float) -> float | None:
        """Return when `due` may next have something new to say if nothing happens until then."""

    def snapshot(self) -> dict[str, Any]:
        """Return what the next worker must know, as plain values."""

    def restore(self, frozen: dict[str, Any]) -> None:
        """Go on with a snapshot."""
