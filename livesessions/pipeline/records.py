"""What the pipeline tells of a reply: one record each, changed as the reply goes on."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from livesessions.pipeline.outcome import Outcome
from livesessions.sources.events import LiveEvent
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
    heard_started_at: datetime | None = None
    heard_ended_at: datetime | None = None
