"""Judges the host's own sentences, each alone and together with what was said just before."""

import re
from collections import deque
from typing import Protocol

from moderation.stage.verdict import Category, Verdict, judge

REMEMBERED_WORDS = 8
SHORTEST_GLUED = 5
# Words that only viewers may not say: the host asks for follows, and tells who has won a game.
OF_VIEWERS = frozenset({Category.SPAM})

_WORD = re.compile(r"[^\W_]+")


class Reviews(Protocol):
    """Judges a text."""

    def review(self, text: str) -> Verdict:
        """Judge one text."""


class SpokenReview:
    """Judges what the host is about to say. An oath that is split over two sentences or replies is found.

    `note` takes what was said; a few words of it are remembered.
    """

    def __init__(self, gate: Reviews) -> None:
        self._gate = gate
        self._last: deque[str] = deque(maxlen=REMEMBERED_WORDS)

    def review(self, sentence: str) -> Verdict:
        """Judge a sentence."""
        verdict = _of_the_host(self._gate.review(sentence))
        if verdict.blocked or not self._last:
            return verdict
        first = _WORD.findall(sentence)[:REMEMBERED_WORDS]
        if not first:
            return verdict
        joined = " ".join([*self._last, *first])
        joint = len(" ".join(self._last))
        for text, place in ((joined, joint), (self._last[-1] + first[0], len(self._last[-1]))):
            if text is not joined and len(text) < SHORTEST_GLUED:
                continue
            together = _of_the_host(self._gate.review(text))
            if together.blocked and any(reason.start < place < reason.end for reason in together.reasons):
                return together
        return verdict

    def note(self, sentence: str) -> None:
        """Remember a sentence that is said."""
        self._last.extend(_WORD.findall(sentence))


def _of_the_host(verdict: Verdict) -> Verdict:
    if not verdict.blocked:
        return verdict
    reasons = tuple(reason for reason in verdict.reasons if reason.category not in OF_VIEWERS)
    # Only safe mode blocks for what is not severe.
    return verdict if len(reasons) == len(verdict.reasons) else judge(reasons, safe_mode=True)
