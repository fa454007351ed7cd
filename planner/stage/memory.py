"""The memory of a live's conversation: recent exchanges and a summary of older ones."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from planner.stage.cleaning import plain
from planner.stage.language_detection import content_words
from planner.stage.names import sayable_name
from planner.stage.turn import Exchange, TurnKind, turn_from_state

SUMMARY_CHARACTERS = 600
SUMMED_EXCHANGES = 20
SUMMED_EVERY_S = 600.0
MAX_OLDER = 60
MAX_TOPICS, KEPT_WORDS = 8, 80
MAX_GIVERS = 12
TOPIC_TIMES = 2  # a word said once is no topic


class Memory:
    """The last `recent` exchanges, and a summary of those before. All of it is untrusted.

    `older` are the exchanges that the next summary will include. `now_s` is wall-clock time.
    """

    def __init__(self, *, recent: int, now_s: Callable[[], float] = time.time) -> None:
        self.recent: deque[Exchange] = deque(maxlen=recent)
        self.older: deque[Exchange] = deque(maxlen=MAX_OLDER)
        self.summary = ""
        self._words: Counter[str] = Counter()
        self._givers: dict[str, None] = {}
        self._now_s = now_s
        self._summed_at_s = now_s()

    def add(self, exchange: Exchange) -> None:
        """Store an exchange that the audience has heard."""
        if self.recent and len(self.recent) == self.recent.maxlen:
            self.older.append(self.recent[0])
        self.recent.append(exchange)

    @property
    def is_due(self) -> bool:
        """Whether there is enough to summarize, or it has waited long enough."""
        has_waited = self._now_s() - self._summed_at_s >= SUMMED_EVERY_S
        return len(self.older) >= SUMMED_EXCHANGES or (bool(self.older) and has_waited)

    def digest(self, exchanges: Iterable[Exchange]) -> str:
        """Add exchanges to the counts; return topics and gift senders so far, by rules alone."""
        for turn in (exchange.turn for exchange in exchanges):
            self._words.update(dict.fromkeys(content_words(plain(turn.text[:400])), 1))
            if turn.kind is TurnKind.GIFT and (name := sayable_name(turn.viewer_name)):
                self._givers.pop(name, None)
                self._givers[name] = None
        self._words = Counter(dict(self._words.most_common(KEPT_WORDS)))
        self._givers = dict.fromkeys(list(self._givers)[-MAX_GIVERS:])
        topics = [word for word, times in self._words.most_common(MAX_TOPICS) if times >= TOPIC_TIMES]
        parts = [f"Talked about: {', '.join(topics)}." if topics else ""]
        parts.append(f"Gifts came from: {', '.join(self._givers)}." if self._givers else "")
        return " ".join(part for part in parts if part)[:SUMMARY_CHARACTERS]

    def settle(self, exchanges: Iterable[Exchange], summary: str) -> None:
        """Store a summary and delete the exchanges that it includes."""
        for exchange in exchanges:
            if self.older and self.older[0] is exchange:
                self.older.popleft()
        self.summary = summary[:SUMMARY_CHARACTERS]
        self._summed_at_s = self._now_s()

    def snapshot(self) -> dict[str, Any]:
        """Return the state apart from the last exchanges, as plain values."""
        return {
            "older": [asdict(exchange) for exchange in self.older],
            "summary": self.summary,
            "words": dict(self._words),
            "givers": list(self._givers),
            "summed_at_s": self._summed_at_s,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self.older.extend(exchange_from_state(entry) for entry in saved["older"])
        self.summary = saved["summary"]
        self._words = Counter(saved["words"])
        self._givers = dict.fromkeys(saved["givers"])
        self._summed_at_s = saved["summed_at_s"]


def exchange_from_state(saved: dict[str, Any]) -> Exchange:
    """Return an exchange from JSON values; raise KeyError, TypeError or ValueError."""
    return Exchange(turn_from_state(saved["turn"]), saved["reply"])
