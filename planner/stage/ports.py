"""The ports to whatever writes the host's words, and to whoever counts what they cost."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from planner.stage.turn import Character, Exchange, ShowFacts, TokenUsage, Turn


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a language model may know for one reply.

    Chat text stays inside `turn`, `history` and `known`, which is what this live has shown of the viewer.
    `said_already` holds a first attempt that came too close to something the room has heard, and `waited_s`
    how long the reply has been waited for by then. `show` is the creator's text, as `character` is; `earlier`
    sums up what the viewers said and did before `history`, and is no more trusted than they are. A prompt
    that `sums_up` asks for such a summary instead of a reply.
    """

    character: Character
    turn: Turn
    history: tuple[Exchange, ...] = ()
    known: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    said_already: str = ""
    waited_s: float = 0.0
    show: ShowFacts = field(default_factory=ShowFacts)
    earlier: str = ""
    sums_up: bool = False


class LanguageModel(Protocol):
    """Writes a reply. It promises text meant to be spoken: its own errors are raised, never yielded."""

    def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield pieces of the reply as they come, and fill `usage`; raise `PlannerError` on failure."""


class SpendCap(Protocol):
    """Counts what language models cost. It promises to answer at once, also when its counter is away."""

    async def allows(self) -> bool:
        """Return whether another reply may cost something."""

    def add(self, usd: float) -> None:
        """Count what a reply has cost, in US dollars."""
