"""The port to a model that judges meaning: a text goes in, what it is flagged for comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Flag(StrEnum):
    """What a model finds in a text."""

    HATE = "hate"
    HARASSMENT = "harassment"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    ILLICIT = "illicit"


WORSE_THAN_DISTRESS = frozenset({Flag.HATE, Flag.HARASSMENT, Flag.SEXUAL})


@dataclass(frozen=True, slots=True)
class Flags:
    """What one text is flagged for, the surest first, with the model's scores from 0 to 1."""

    found: tuple[Flag, ...] = ()
    scores: Mapping[Flag, float] = field(default_factory=dict)

    @property
    def is_distress(self) -> bool:
        """Whether somebody may be in distress, and nothing worse was found beside it."""
        return Flag.SELF_HARM in self.found and not WORSE_THAN_DISTRESS.intersection(self.found)


class ModelGate(Protocol):
    """Judges one text by its meaning. It promises an answer within a few seconds, or its fault."""

    async def review(self, text: str) -> Flags:
        """Judge one text; raise `ModerationError` when there is no answer."""
