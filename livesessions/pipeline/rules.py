"""What may change while a live runs: a policy's rules go in, and whoever asks the gate is told the newest."""

from dataclasses import dataclass

from livesessions.pipeline.ports import Gate
from livesessions.pipeline.reply.judging import WatchedGate
from livesessions.pipeline.selection.rates import Rates
from moderation.stage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be said in a live, how often, who judges it, and whether somebody must approve it."""

    gate: Gate
    rates: Rates
    holds_replies: bool = False
    model_gate: WatchedGate | None = None


class ChangingGate:
    """A gate that a live hands around once, and in whose place another may come while the live runs."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def review(self, text: str) -> Verdict:
        return self._gate.review(text)

    def replace(self, gate: Gate) -> None:
        """Judge by another gate from now on."""
        self._gate = gate
