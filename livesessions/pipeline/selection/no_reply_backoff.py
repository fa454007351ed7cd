"""Pauses answering for a while after the planner found no reply."""

from collections.abc import Callable
from math import inf

from planner.stage.turn import Turn

# There are a few dozen canned replies of a kind, and a chat may have ten messages a second: when one finds no
# words, the next of its kind will not either.
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 8.0
# An intent counts as tried for so long; after that the host may have words for it again.
TRIED_FOR_S = 60.0


class NoReplyBackoff:
    """A pause in answering, which grows while the planner finds no reply, and ends when it finds one.

    `intent_of` returns what a turn is about. A message about something else may be tried during the pause.
    """

    def __init__(self, intent_of: Callable[[Turn], str]) -> None:
        self._intent_of = intent_of
        self._tried_at_s: dict[str, float] = {}
        self._pause_s = 0.0
        self._until_s = -inf

    def found_nothing(self, turn: Turn, now_s: float) -> None:
        """Record that the planner found no reply to a turn."""
        self._tried_at_s[self._intent_of(turn)] = now_s
        if now_s >= self._until_s:
            self._pause_s = min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
            self._until_s = now_s + self._pause_s

    def found_words(self) -> None:
        """Record that an answer was said."""
        self._pause_s, self._until_s = 0.0, -inf

    def left_s(self, now_s: float) -> float:
        """Return the rest of the pause in seconds; 0 when there is none."""
        return max(self._until_s - now_s, 0.0)

    def is_worth_trying(self, turn: Turn, now_s: float) -> bool:
        """Return whether the planner may find a reply to a turn now."""
        if now_s >= self._until_s:
            return True
        return self._tried_at_s.get(self._intent_of(turn), -inf) <= now_s - TRIED_FOR_S
