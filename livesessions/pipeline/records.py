"""What the pipeline tells of a reply: one record each, changed as the reply goes on."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from livesessions.pipeline.outcome import Outcome
from livesessions.sources.events import LiveEvent
from livesessions.sources.state import Frozen
from moderation.stage.verdict import MEDIUM_RISK, Verdict
from planner.stage.turn import TokenUsage


@dataclass(slots=True)
class StageTimes:
    """Milliseconds from the arrival of what triggered a reply; None for a stage it never reached."""

    waited_ms: int | None = None
    first_sentence_ms: int | None = None
    first_audio_ms: int | None = None
    sent_ms: int | None = None


@dataclass(slots=True)
class ReplyRecord:
    """One thing the host said, or tried to say. `trigger` is None for what nobody in the room has caused.

    `also` is what else it answers: gifts gathered into one thanks, the same question of other viewers.
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
    outcome: Outcome = Outcome.SPEAKING
    fault: str = ""
    usage: TokenUsage = field(default_factory=TokenUsage)
    times: StageTimes = field(default_factory=StageTimes)
    audio_ms: int = 0
    voice: str = ""
    heard_started_at: datetime | None = None
    heard_ended_at: datetime | None = None
    heard_level_db: float | None = None
    underruns: int = 0

    def note_hearing(self, level_db: float | None, underruns: int | None) -> None:
        """Keep a page's figures; of several pages, those of the one that was the loudest."""
        if level_db is not None and (self.heard_level_db is None or level_db > self.heard_level_db):
            self.heard_level_db = level_db
            self.underruns = underruns or 0


def policy_fault(verdict: Verdict) -> str:
    """Return the fault of a reply that the gate has refused, with what weighs most in it."""
    categories = sorted(
        (reason.category for reason in verdict.reasons), key=lambda category: category in MEDIUM_RISK
    )
    return f"policy:{categories[0].value}" if categories else "policy"


def freeze_record(record: ReplyRecord) -> Frozen:
    """Return a record as plain values, without what it answers; for one that nothing of has been heard."""
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


def thaw_record(frozen: Frozen, *, trigger: LiveEvent | None, also: tuple[LiveEvent, ...]) -> ReplyRecord:
    """Return the record that was frozen. Raise KeyError, TypeError or ValueError when none was."""
    changed = {
        "id": UUID(frozen["id"]),
        "created_at": datetime.fromisoformat(frozen["created_at"]),
        "outcome": Outcome(frozen["outcome"]),
        "usage": TokenUsage(**frozen["usage"]),
        "times": StageTimes(**frozen["times"]),
    }
    return ReplyRecord(**{**frozen, **changed}, trigger=trigger, also=also)
