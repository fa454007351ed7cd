"""Stops asking a model whose answers are of no use: it repeats itself, or writes errors instead of words."""

import logging
import time
from collections.abc import Callable

from planner.stage.draft import Draft
from planner.stage.output_gate import Refusal
from providers.breaker import BreakerSettings, CircuitBreaker

logger = logging.getLogger(__name__)

# The model's own fault: no viewer can lead it there, unlike to a refusal or to a leak.
_FAULTS = frozenset({Refusal.ERROR, Refusal.FILLER, Refusal.PLACEHOLDER, Refusal.PLANNING, Refusal.NOTE})
# A repeated answer counts twice: it was asked for in other words, so the next one will hardly differ.
_SETTINGS = BreakerSettings(failures=4, pause_s=30.0, longest_pause_s=300.0)


class AnswerBreaker:
    """Guards the model in one live; the breaker of its server, which all lives share, is another.

    It opens after two repeated answers, or four useless ones, without a good one between them. Then one
    answer is tried after half a minute, and after twice the time each time that it fails, up to five minutes.
    """

    def __init__(self, *, now_s: Callable[[], float] = time.time) -> None:
        self._breaker = CircuitBreaker(_SETTINGS, now_s=now_s)

    @property
    def is_open(self) -> bool:
        """Whether the model is being left alone."""
        return self._breaker.is_open

    def admit(self) -> bool:
        """Return whether the model may be asked now; report each answer with `judge`."""
        return self._breaker.admit()

    def judge(self, draft: Draft) -> None:
        """Count an answer by what the draft found in it."""
        was_open = self._breaker.is_open
        if draft.said:
            self._breaker.succeeded()
        elif draft.repeated:
            self._breaker.failed(permanent=False)
            self._breaker.failed(permanent=False)
        elif draft.refused in _FAULTS:
            self._breaker.failed(permanent=False)
        else:
            self._breaker.abandoned()
        if self._breaker.is_open and not was_open:
            reason = "repeats" if draft.repeated else draft.refused
            logger.warning("language model paused in a live: reason=%s", reason)
