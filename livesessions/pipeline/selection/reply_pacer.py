"""Decides when the next reply may begin, from the chat's rate and the replies so far."""

from collections import deque
from enum import StrEnum
from math import exp, inf, log
from typing import TypedDict

# Between these rates the cooldown grows with the logarithm of the rate.
CALM_MESSAGES_PER_S = 0.3
BUSY_MESSAGES_PER_S = 3.0
# Time constant of the rate's estimate: a burst slows the host within seconds, and not for minutes.
RATE_MEMORY_S = 10.0
GAP_S = 0.3
MINUTE_S = 60.0


class ReplyClass(StrEnum):
    """The classes of replies that are paced alike."""

    FREE = "free"  # the streamer's own texts, and help: at any time
    THANKS = "thanks"
    GAME = "game"
    REMARK = "remark"  # of the host's own accord
    ANSWER = "answer"


class PacerState(TypedDict):
    """The last minute of a pacer: the chat's rate a second, and wall-clock times in seconds."""

    rate: float
    rated: float
    answers: list[float]
    thanks: list[float]
    remarked: float | None


class ReplyPacer:
    """The pace of one live. Times are seconds of the caller's monotonic clock.

    - Answers and remarks keep a cooldown, from start to start, which grows from `cooldown_min_s` to
      `cooldown_max_s` with the chat's rate.
    - Thanks and games keep only a small gap after the last reply, so that thanks are in time.
    - After thanks an answer waits for the smaller cooldown only, so that thanks cannot starve answers.
    - Answers and thanks each have a limit in any sixty seconds.
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
        """Keep other limits from now on; earlier replies still count."""
        self._min_s = cooldown_min_s
        self._max_s = max(cooldown_min_s, cooldown_max_s)
        self._gap_s = min(GAP_S, cooldown_min_s)
        self._answers = deque(self._answers, maxlen=answers_per_minute)
        self._thanks = deque(self._thanks, maxlen=thanks_per_minute)

    # --- what happened -------------------------------------------------------------------------------

    def message_shown(self, now_s: float) -> None:
        """Count a message of the chat."""
        self._rate = self.messages_per_s(now_s) + 1.0 / RATE_MEMORY_S
        self._rated_at_s = now_s

    def reply_began(self, reply_class: ReplyClass, at_s: float) -> None:
        """Record that a reply began to sound."""
        self._spoke_at_s = at_s
        if reply_class is ReplyClass.ANSWER:
            self._answers.append(at_s)
        if reply_class is ReplyClass.THANKS:
            self._thanks.append(at_s)
        else:
            self._remarked_at_s = at_s

    def reply_ended(self, at_s: float) -> None:
        """Record that a reply was heard to its end, or was cut."""
        self._ended_at_s = at_s

    def reply_failed(self, at_s: float) -> None:
        """Record that nothing could be said: all but the free class wait as after a reply."""
        self._failed_at_s = at_s

    # --- what follows from it ------------------------------------------------------------------------

    def messages_per_s(self, now_s: float) -> float:
        """Return the chat's rate."""
        return self._rate * exp(min(self._rated_at_s - now_s, 0.0) / RATE_MEMORY_S)

    def cooldown_s(self, now_s: float) -> float:
        """Return the cooldown from the start of one answer to the start of the next."""
        rate = min(max(self.messages_per_s(now_s), CALM_MESSAGES_PER_S), BUSY_MESSAGES_PER_S)
        share = log(rate / CALM_MESSAGES_PER_S) / log(BUSY_MESSAGES_PER_S / CALM_MESSAGES_PER_S)
        return self._min_s + share * (self._max_s - self._min_s)

    def ready_at_s(self, reply_class: ReplyClass, now_s: float) -> float:
        """Return when a reply of this class may begin; it may lie in the past."""
        if reply_class is ReplyClass.FREE:
            return -inf
        cooldown_s = self.cooldown_s(now_s)
        ready_s = max(self._ended_at_s + self._gap_s, self._failed_at_s + cooldown_s)
        if reply_class is ReplyClass.THANKS:
            return max(ready_s, _limited_until_s(self._thanks))
        if reply_class is ReplyClass.GAME:
            return ready_s
        ready_s = max(ready_s, self._remarked_at_s + cooldown_s, self._spoke_at_s + self._min_s)
        return max(ready_s, _limited_until_s(self._answers)) if reply_class is ReplyClass.ANSWER else ready_s

    # --- from worker to worker -----------------------------------------------------------------------

    def to_state(self, shift_s: float) -> PacerState:
        """Return the last minute; `shift_s` converts this clock's times to wall-clock times."""

        def shifted(at_s: float) -> float | None:
            # JSON has no infinity. Rounded, so that an unchanged time looks unchanged though clocks drift.
            return None if at_s == -inf else round(at_s + shift_s, 2)

        return {
            "rate": self._rate,
            "rated": round(self._rated_at_s + shift_s, 2),
            "answers": [round(at_s + shift_s, 2) for at_s in self._answers],
            "thanks": [round(at_s + shift_s, 2) for at_s in self._thanks],
            "remarked": shifted(self._remarked_at_s),
        }

    def restore(self, state: PacerState, shift_s: float, now_s: float) -> None:
        """Continue from a state. No time lies in the future, whatever the clocks say."""

        def time_s(shifted: float) -> float:
            return min(shifted - shift_s, now_s)

        self._rate, self._rated_at_s = state["rate"], time_s(state["rated"])
        self._answers.extend(map(time_s, state["answers"]))
        self._thanks.extend(map(time_s, state["thanks"]))
        if state["remarked"] is not None:
            self._remarked_at_s = self._spoke_at_s = time_s(state["remarked"])


def _limited_until_s(starts: deque[float]) -> float:
    return starts[0] + MINUTE_S if len(starts) == starts.maxlen else -inf
