"""The number that makes a stop final: whatever carries an older one is silence."""

from livesessions.pipeline.outcome import Outcome


class Cut(Exception):
    """Raised inside a reply whose generation is over."""


class Generation:
    """Counts up with every mute, skip and stop; a reply goes on only while its number is the current one."""

    def __init__(self) -> None:
        self.number = 0
        self.cut_as = Outcome.SKIPPED

    def cut(self, outcome: Outcome) -> None:
        """End every reply that is under way; they end with `outcome`."""
        self.number += 1
        self.cut_as = outcome

    def check(self, number: int) -> None:
        """Raise `Cut` when `number` is no longer the current one."""
        if number != self.number:
            raise Cut
