"""The port to a moderation model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Flag(StrEnum):
    """A category that a moderation model reports."""

    HATE = "hate"
    HARASSMENT = "harassment"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    ILLICIT = "illicit"


WORSE_THAN_DISTRESS = frozenset({Flag.HATE, Flag.HARASSMENT, Flag.SEXUAL})


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of one text, highest score first, with the model's scores from 0 to 1."""

    found: tuple[Flag, ...] = ()
    scores: Mapping[Flag, float] = field(default_factory=dict)

    @property
    def is_distress(self) -> bool:
        """Whether the text suggests distress and nothing worse."""
        return Flag.SELF_HARM in self.found and not WORSE_THAN_DISTRESS.intersection(self.found)


class ModelGate(Protocol):
    """Judges a text by its meaning, within a few seconds."""

    async def review(self, text: str) -> Flags:
        """Judge one text; raise `ModerationError` if there is no answer."""
