"""The parts of a show's plan, as plain values."""

from dataclasses import dataclass
from enum import StrEnum


class SegmentKind(StrEnum):
    """What a part of the show is for."""

    OPENING = "opening"
    TOPIC = "topic"
    PRODUCT = "product"
    QUIZ = "quiz"
    POLL = "poll"
    CALL_TO_ACTION = "call_to_action"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class PlanSegment:
    """One part of the plan. `talking_points` are a poll's options where the kind is a poll."""

    kind: SegmentKind
    title: str
    duration_s: float
    talking_points: tuple[str, ...] = ()
