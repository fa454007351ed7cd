"""The generation number: after a mute, skip or stop, nothing of an older generation is said."""

from livesessions.pipeline.outcome import ReplyOutcome


class ReplyCut(Exception):
    """Raised inside a reply whose generation is over."""


class Generation:
    """Counts mutes, skips and stops; a reply goes on only while its number is the current one."""

    def __init__(self) -> None:
        self.number = 0
        self.cut_as = ReplyOutcome.SKIPPED

    def cut(self, outcome: ReplyOutcome) -> None:
        """End every running reply with `outcome`."""
        self.number += 1
        self.cut_as = outcome

    def check(self, number: int) -> None:
        """Raise `ReplyCut` when `number` is no longer the current one."""
        if number != self.number:
            raise ReplyCut
