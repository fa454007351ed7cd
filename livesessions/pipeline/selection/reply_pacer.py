"""How often the host may speak: chat lines and replies go in, when the next reply may begin comes out."""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from math import exp, inf, log
from typing import Any

# Between these the cooldown grows by the logarithm, for a chat twice as fast is twice as fast at any rate.
CALM_LINES_PER_S = 0.3
RUSH_LINES_PER_S = 3.0
# The estimate forgets with this time constant: a burst slows the host within seconds, and not for minutes.
RATE_MEMORY_S = 10.0
GAP_S = 0.3
MINUTE_S = 60.0


class Pace(StrEnum):
    """What a reply is as to how often there may be one."""

    FREE = "free"  # the streamer's own lines, and help: at any time
    THANKS = "thanks"
    GAME = "game"
    REMARK = "remark"  # of the host's own accord
    ANSWER = "answer"


class ReplyPacer:
    """The pace of one live. Times are seconds of whatever monotonic clock the caller uses.

    Answers and remarks keep a cooldown, start to start, that grows from `cooldown_min_s` to `cooldown_max_s`
    as the chat accelerates. Thanks and games keep only a small gap after what was said last, so that thanks
    are in time; after thanks an answer waits for the smaller cooldown only, so that they cannot starve it.
    Answers and thanks have a limit in any sixty seconds. It remembers no more than the limits ask for.
    """

    def __init__(
        self,
        *,
        cooldown_min_s: float,
        cooldown_max_s: float,
        answers_per_minute: int,
        thanks_per_minute: int,
    ) -> None:
        self._answers: deque[float] = deque()
        self._thanks: deque[float] = deque()
        self._rate, self._rated_at_s = 0.0, 0.0
        self._spoke_at_s = self._remarked_at_s = self._ended_at_s = self._failed_at_s = -inf
        self.change(
            cooldown_min_s=cooldown_min_s,
            cooldown_max_s=cooldown_max_s,
            answers_per_minute=answers_per_minute,
            thanks_per_minute=thanks_per_minute,
        )

    def change(
        self,
        *,
        cooldown_min_s: float,
        cooldown_max_s: float,
        answers_per_minute: int,
        thanks_per_minute: int,
    ) -> None:
        """Keep another pace from now on; what was said before counts."""
        self._min_s = cooldown_min_s
        self._max_s = max(cooldown_min_s, cooldown_max_s)
        self._gap_s = min(GAP_S, cooldown_min_s)
        self._answers = deque(self._answers, maxlen=answers_per_minute)
        self._thanks = deque(self._thanks, maxlen=thanks_per_minute)

    # --- what happened -------------------------------------------------------------------------------

    def line_came(self, now_s: float) -> None:
        """Count a line of the chat."""
        self._rate = self.lines_per_s(now_s) + 1.0 / RATE_MEMORY_S
        self._rated_at_s = now_s

    def spoke(self, pace: Pace, at_s: float) -> None:
        """Note that a reply began to sound."""
        self._spoke_at_s = at_s
        if pace is Pace.ANSWER:
            self._answers.append(at_s)
        if pace is Pace.THANKS:
            self._thanks.append(at_s)
        else:
            self._remarked_at_s = at_s

    def ended(self, at_s: float) -> None:
        """Note that a reply has been heard, or was cut."""
        self._ended_at_s = at_s

    def failed(self, at_s: float) -> None:
        """Note that nothing could be said: all but the free wait as long as if something had been."""
        self._failed_at_s = at_s

    # --- what follows from it ------------------------------------------------------------------------

    def lines_per_s(self, now_s: float) -> float:
        """Return how fast the chat runs."""
        return self._rate * exp(min(self._rated_at_s - now_s, 0.0) / RATE_MEMORY_S)

    def cooldown_s(self, now_s: float) -> float:
        """Return how long it is from the start of one answer to that of the next."""
        rate = min(max(self.lines_per_s(now_s), CALM_LINES_PER_S), RUSH_LINES_PER_S)
        share = log(rate / CALM_LINES_PER_S) / log(RUSH_LINES_PER_S / CALM_LINES_PER_S)
        return self._min_s + share * (self._max_s - self._min_s)

    def ready_at_s(self, pace: Pace, now_s: float) -> float:
        """Return from when a reply of this pace may begin; it may lie in the past."""
        if pace is Pace.FREE:
            return -inf
        cooldown_s = self.cooldown_s(now_s)
        ready_s = max(self._ended_at_s + self._gap_s, self._failed_at_s + cooldown_s)
        if pace is Pace.THANKS:
            return max(ready_s, _limited_until_s(self._thanks))
        if pace is Pace.GAME:
            return ready_s
        ready_s = max(ready_s, self._remarked_at_s + cooldown_s, self._spoke_at_s + self._min_s)
        return max(ready_s, _limited_until_s(self._answers)) if pace is Pace.ANSWER else ready_s

    # --- from worker to worker -----------------------------------------------------------------------

    def snapshot(self, shift_s: float) -> dict[str, Any]:
        """Return the last minute as plain values; `shift_s` is what makes other clocks' moments of ours."""

        def shifted(at_s: float) -> float | None:
            # JSON knows no infinity; and what has not changed should look so, however the clocks tremble.
            return None if at_s == -inf else round(at_s + shift_s, 2)

        return {
            "rate": self._rate,
            "rated": shifted(self._rated_at_s),
            "answers": [shifted(at_s) for at_s in self._answers],
            "thanks": [shifted(at_s) for at_s in self._thanks],
            "remarked": shifted(self._remarked_at_s),
        }

    def restore(self, frozen: Mapping[str, Any], shift_s: float, now_s: float) -> None:
        """Go on with a snapshot. No moment lies ahead, whatever the clocks say."""

        def moment_s(shifted: float) -> float:
            return min(shifted - shift_s, now_s)

        self._rate, self._rated_at_s = frozen["rate"], moment_s(frozen["rated"])
        self._answers.extend(map(moment_s, frozen["answers"]))
        self._thanks.extend(map(moment_s, frozen["thanks"]))
        if frozen["remarked"] is not None:
            self._remarked_at_s = self._spoke_at_s = moment_s(frozen["remarked"])


def _limited_until_s(starts: deque[float]) -> float:
    return starts[0] + MINUTE_S if len(starts) == starts.maxlen else -inf
