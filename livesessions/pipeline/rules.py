"""The rules of a live, which may change while it runs."""

from dataclasses import dataclass

from livesessions.pipeline.ports import Gate
from livesessions.pipeline.reply.model_review import GuardedModelGate
from livesessions.pipeline.selection.rates import Rates
from moderation.stage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """Who judges what is said in a live, how often the host speaks, and whether a person approves first."""

    gate: Gate
    rates: Rates
    holds_replies: bool = False
    model_gate: GuardedModelGate | None = None


class ReplaceableGate:
    """A gate that judges by another one, which can be replaced while the live runs."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def review(self, text: str) -> Verdict:
        return self._gate.review(text)

    def replace(self, gate: Gate) -> None:
        """Judge by another gate from now on."""
        self._gate = gate
