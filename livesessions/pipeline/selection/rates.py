"""The limits on how often the host of one live speaks."""

from dataclasses import dataclass

from livesessions.pipeline.selection.reply_pacer import ReplyPacer


@dataclass(frozen=True, slots=True)
class Rates:
    """A show's pacing.

    - `cooldown_min_s`, `cooldown_max_s`: seconds from the start of an answer to the start of the next, in a
      calm chat and in a busy one.
    - `answers_per_viewer`: at most so many answers to one viewer in five minutes.
    - `small_gift_diamonds`: gifts worth less are thanked together.
    - `big_gift_diamonds`: gifts worth as much or more interrupt the host; 0 for none.
    """

    cooldown_min_s: float = 3.0
    cooldown_max_s: float = 5.0
    answers_per_viewer: int = 4
    answers_per_minute: int = 15
    thanks_per_minute: int = 10
    small_gift_diamonds: int = 10
    big_gift_diamonds: int = 1_000

    def make_pacer(self) -> ReplyPacer:
        """Return a pacer with these limits."""
        return ReplyPacer(
            cooldown_min_s=self.cooldown_min_s,
            cooldown_max_s=self.cooldown_max_s,
            answers_per_minute=self.answers_per_minute,
            thanks_per_minute=self.thanks_per_minute,
        )

    def apply_to(self, pacer: ReplyPacer) -> None:
        """Apply these limits to a pacer from now on."""
        pacer.change(
            cooldown_min_s=self.cooldown_min_s,
            cooldown_max_s=self.cooldown_max_s,
            answers_per_minute=self.answers_per_minute,
            thanks_per_minute=self.thanks_per_minute,
        )
