"""The port to whatever writes the host's words."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from planner.stage.turn import Character, Exchange, TokenUsage, Turn


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a language model may know for one reply. Chat text stays inside `turn` and `history`."""

    character: Character
    turn: Turn
    history: tuple[Exchange, ...] = ()


class LanguageModel(Protocol):
    """Writes a reply. It promises text meant to be spoken: its own errors are raised, never yielded."""

    def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield pieces of the reply as they come, and fill `usage`; raise `PlannerError` on failure."""
