"""How often, and for what, the host of one live may speak."""

from dataclasses import dataclass

from livesessions.pipeline.selection.reply_pacer import ReplyPacer


@dataclass(frozen=True, slots=True)
class Rates:
    """Cooldowns are seconds from start to start, in a calm chat and in a rush; the rest is at most.

    A viewer is answered `answers_per_viewer` times in five minutes. Gifts worth less than
    `small_gift_diamonds` are gathered, those from `big_gift_diamonds` on interrupt the host (0: none does).
    """

    cooldown_min_s: float = 3.0
    cooldown_max_s: float = 5.0
    answers_per_viewer: int = 4
    answers_per_minute: int = 15
    thanks_per_minute: int = 10
    small_gift_diamonds: int = 10
    big_gift_diamonds: int = 1_000

    def tempo(self) -> ReplyPacer:
        """Return a pace that keeps to these rates."""
        return ReplyPacer(
            cooldown_min_s=self.cooldown_min_s,
            cooldown_max_s=self.cooldown_max_s,
            answers_per_minute=self.answers_per_minute,
            thanks_per_minute=self.thanks_per_minute,
        )

    def govern(self, tempo: ReplyPacer) -> None:
        """Have a pace keep to these rates from now on."""
        tempo.change(
            cooldown_min_s=self.cooldown_min_s,
            cooldown_max_s=self.cooldown_max_s,
            answers_per_minute=self.answers_per_minute,
            thanks_per_minute=self.thanks_per_minute,
        )
