"""The record of one reply, updated while the reply runs."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID, uuid4

from chatsources.events import LiveEvent
from livesessions.pipeline.outcome import ReplyOutcome
from moderation.stage.verdict import MEDIUM_RISK, Verdict
from planner.stage.turn import TokenUsage

# The trigger kind of replies in the streamer's own words.
STREAMER = "streamer"


class RecordState(TypedDict):
    """A `ReplyRecord` as values that JSON can carry."""

    id: str
    trigger_kind: str
    created_at: str
    generation: int
    state: str
    score: dict[str, float]
    text: str
    outcome: str
    fault: str
    usage: dict[str, Any]
    times: dict[str, Any]


@dataclass(slots=True)
class StageTimes:
    """Milliseconds since the event that caused the reply arrived; None for a stage that was not reached."""

    waited_ms: int | None = None
    first_sentence_ms: int | None = None
    first_audio_ms: int | None = None
    sent_ms: int | None = None


@dataclass(slots=True)
class ReplyRecord:
    """One reply that the host said, or tried to say.

    - `trigger`: the event that caused it; None when the host spoke of its own accord.
    - `also`: the other events that it answers, such as gifts thanked together or the same question again.
    """

    trigger_kind: str
    trigger: LiveEvent | None
    created_at: datetime
    generation: int
    also: tuple[LiveEvent, ...] = ()
    id: UUID = field(default_factory=uuid4)
    state: str = ""
    score: dict[str, float] = field(default_factory=dict)
    text: str = ""
    outcome: ReplyOutcome = ReplyOutcome.SPEAKING
    fault: str = ""
    usage: TokenUsage = field(default_factory=TokenUsage)
    times: StageTimes = field(default_factory=StageTimes)
    audio_ms: int = 0
    voice: str = ""
    heard_started_at: datetime | None = None
    heard_ended_at: datetime | None = None
    heard_level_db: float | None = None
    underruns: int = 0

    def add_page_figures(self, level_db: float | None, underruns: int | None) -> None:
        """Store a page's measurements; of several pages, those of the loudest."""
        if level_db is not None and (self.heard_level_db is None or level_db > self.heard_level_db):
            self.heard_level_db = level_db
            self.underruns = underruns or 0


def policy_fault(verdict: Verdict) -> str:
    """Return the fault of a reply that the gate refused: `policy:` and the gravest category."""
    categories = sorted(
        (reason.category for reason in verdict.reasons), key=lambda category: category in MEDIUM_RISK
    )
    return f"policy:{categories[0].value}" if categories else "policy"


def record_to_state(record: ReplyRecord) -> RecordState:
    """Return a record as plain values; without the events, and for a reply that was not heard yet."""
    return {
        "id": str(record.id),
        "trigger_kind": record.trigger_kind,
        "created_at": record.created_at.isoformat(),
        "generation": record.generation,
        "state": record.state,
        "score": dict(record.score),
        "text": record.text,
        "outcome": record.outcome.value,
        "fault": record.fault,
        "usage": asdict(record.usage),
        "times": asdict(record.times),
    }


def record_from_state(
    state: RecordState, *, trigger: LiveEvent | None, also: tuple[LiveEvent, ...]
) -> ReplyRecord:
    """Return the record of a state. Raise KeyError, TypeError or ValueError when it describes none."""
    values: dict[str, Any] = {
        **state,
        "id": UUID(state["id"]),
        "created_at": datetime.fromisoformat(state["created_at"]),
        "outcome": ReplyOutcome(state["outcome"]),
        "usage": TokenUsage(**state["usage"]),
        "times": StageTimes(**state["times"]),
    }
    return ReplyRecord(**values, trigger=trigger, also=also)
