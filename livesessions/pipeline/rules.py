"""The rules of a live, which may change while it runs."""

from dataclasses import dataclass
from functools import lru_cache

from livesessions.pipeline.ports import Gate
from livesessions.pipeline.selection.rates import Rates
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.verdict import Verdict

# At most some 300 KB a live.
CACHED_TEXTS = 1_000
CACHED_LENGTH = 40  # characters


@dataclass(frozen=True, slots=True)
class Rules:
    """Who judges what is said in a live, how often the host speaks, and whether a person approves first."""

    gate: Gate
    rates: Rates
    holds_replies: bool = False
    model_gate: GuardedModelGate | None = None


class ReplaceableGate:
    """A gate that judges by another one, which can be replaced while the live runs.

    It caches the verdicts of short texts, since a chat repeats names and single words.
    """

    def __init__(self, gate: Gate) -> None:
        self.replace(gate)

    def review(self, text: str) -> Verdict:
        return self._cached(text) if len(text) <= CACHED_LENGTH else self._gate.review(text)

    def replace(self, gate: Gate) -> None:
        """Judge by another gate from now on."""
        self._gate = gate
        self._cached = lru_cache(maxsize=CACHED_TEXTS)(gate.review)
