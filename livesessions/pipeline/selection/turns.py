"""Queued turns: what the host may react to, with its priority and the events behind it."""

from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import Any, NotRequired, TypedDict

from chatsources.events import LiveEvent
from chatsources.state import EventState, event_from_state, event_to_state
from livesessions.pipeline.records import RecordState, ReplyRecord, record_from_state, record_to_state
from planner.stage.cues import Cue, CueSource, NextAction
from planner.stage.turn import Turn, turn_from_state

MAX_AGE_S = 45.0
# Late thanks for a paid gift are better than none, but not when the audience has forgotten it.
GIFTS_MAX_AGE_S = 180.0
# These are set when a turn is chosen.
TURN_FIELDS = tuple(each.name for each in fields(Turn) if each.name not in ("room", "is_asked_for"))


class Priority(IntEnum):
    """The classes of queued turns, the most urgent first."""

    STREAMER = 0
    HELP = 1
    GIFT = 2
    COMMENT = 3
    REST = 4


class Hold(StrEnum):
    """Says how the streamer holds a turn in the queue: not at all, until it is said, or as the next one."""

    NONE = ""
    PINNED = "pinned"
    NEXT = "next"


# The turns that another worker must still react to when it takes the live over.
OWED = (Priority.STREAMER, Priority.HELP, Priority.GIFT)


class QueuedTurnState(TypedDict):
    """A `QueuedTurn` as values that JSON can carry, with its age in place of its time of arrival."""

    priority: int
    turn: dict[str, Any]
    event: EventState | None
    age_s: float
    line: str
    also: list[EventState]
    approved: RecordState | None
    hold: NotRequired[str]  # older workers save none


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """One turn that waits for the host.

    - `line`: the text to say word for word; empty when the planner finds the words.
    - `also`: the other events that it answers.
    - `trusted`: whether the viewer is trusted or a moderator.
    - `approved`: the record of a held reply that a person has approved, or of the streamer's own text.
    - `hold`: whether the streamer has pinned it, or wants it next. A held turn does not grow old.

    The director sets the rest when it selects the turn: the action, the score, the turns that were merged
    into it, and the cue it came from.
    """

    priority: Priority
    turn: Turn
    event: LiveEvent | None
    arrived_s: float
    line: str = ""
    also: tuple[LiveEvent, ...] = ()
    trusted: bool = False
    approved: ReplyRecord | None = None
    hold: Hold = Hold.NONE
    state: NextAction = NextAction.ANSWER
    score: dict[str, float] = field(default_factory=dict)
    gathered: tuple["QueuedTurn", ...] = ()
    cue: tuple[Cue, CueSource] | None = None

    @property
    def id(self) -> str:
        """The id by which the console names it: of its event, or of its reply; empty without either."""
        if self.event is not None:
            return self.event.source_id
        return str(self.approved.id) if self.approved is not None else ""

    def is_fresh(self, now_s: float) -> bool:
        """Return whether it is recent enough to be said."""
        if self.hold:
            return True
        return now_s - self.arrived_s <= (GIFTS_MAX_AGE_S if self.priority is Priority.GIFT else MAX_AGE_S)

    def to_state(self, now_s: float) -> QueuedTurnState:
        return {
            "priority": self.priority,
            "turn": {name: getattr(self.turn, name) for name in TURN_FIELDS},
            "event": event_to_state(self.event) if self.event else None,
            "age_s": now_s - self.arrived_s,
            "line": self.line,
            "also": [event_to_state(event) for event in self.also],
            "approved": record_to_state(self.approved) if self.approved else None,
            "hold": self.hold.value,
        }

    @classmethod
    def from_state(cls, state: QueuedTurnState, now_s: float) -> "QueuedTurn":
        """Return the turn of a state. Raise KeyError, TypeError or ValueError when it describes none."""
        event = event_from_state(state["event"]) if state["event"] else None
        also = tuple(event_from_state(event) for event in state["also"])
        held = state["approved"]
        return cls(
            Priority(state["priority"]),
            turn_from_state(state["turn"]),
            event,
            now_s - state["age_s"],
            state["line"],
            also=also,
            approved=record_from_state(held, trigger=event, also=also) if held else None,
            hold=Hold(state.get("hold", "")),
        )
