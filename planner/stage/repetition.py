"""Detects lines that are too close to what the host has said before."""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain, islice
from math import inf
from typing import Any

from rapidfuzz import process, utils
from rapidfuzz.distance import Indel

from planner.stage.sentences import split_sentences

# Half an hour of a host that speaks every four seconds.
REMEMBERED_LINES = 450
TOO_CLOSE = 0.85
# Shorter sentences (`Ciao Marco!`) come again in every talk; on their own they are no repetition.
SHORT_CHARACTERS = 20


class SaidLines:
    """The last lines of a live, whole and by their sentences, with and without the name called in them.

    Similarity is the normalised indel ratio of the lower-case words: 2M / T, where M characters are in
    common, in order, and T are there in all. Names are left out too, for a line is no other one because it
    is said to somebody else.
    """

    def __init__(
        self,
        *,
        capacity: int = REMEMBERED_LINES,
        too_close: float = TOO_CLOSE,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._lines: deque[tuple[str, str, float]] = deque()
        self._whole: deque[list[str]] = deque()
        self._nameless: deque[list[str]] = deque()
        self._capacity = capacity
        self._too_close = too_close
        self._now_s = now_s

    def add(self, line: str, name: str = "") -> None:
        """Store a line. `name` is the viewer's name as it is called."""
        if line:
            self._add(line, name, self._now_s())

    def _add(self, line: str, name: str, at_s: float) -> None:
        if len(self._lines) >= self._capacity:
            for memory in (self._lines, self._whole, self._nameless):
                memory.popleft()
        texts = [line, *(sentence for sentence in split_sentences(line) if not is_short(sentence))]
        whole = dict.fromkeys(utils.default_process(text) for text in texts)
        self._lines.append((line, name, at_s))
        self._whole.append(list(whole))
        self._nameless.append(list(dict.fromkeys(_without(name, text) for text in whole)))

    def is_repeat(self, line: str, name: str = "", *, within_s: float = inf) -> bool:
        """Return whether a line is too close to one said in the last `within_s`."""
        whole = utils.default_process(line)
        nameless = _without(name, whole)
        since_s = self._now_s() - within_s
        old = bisect_right(self._lines, since_s, key=lambda said: said[2])
        return self._is_near(nameless, islice(self._nameless, old, None)) or (
            nameless != whole and self._is_near(whole, islice(self._whole, old, None))
        )

    def _is_near(self, text: str, memory: Iterable[list[str]]) -> bool:
        found = process.extractOne(
            text,
            chain.from_iterable(memory),
            scorer=Indel.normalized_similarity,
            processor=None,
            score_cutoff=self._too_close,
        )
        return found is not None

    def snapshot(self) -> list[list[Any]]:
        """Return the lines with their called names and times, oldest first."""
        return [list(said) for said in self._lines]

    def restore(self, saved: Iterable[list[Any]]) -> None:
        """Continue from a snapshot."""
        for line, name, at_s in saved:
            self._add(line, name, at_s)


def is_short(sentence: str) -> bool:
    """Return whether a sentence is too short to be a repetition on its own."""
    return len(sentence) < SHORT_CHARACTERS


def _without(name: str, text: str) -> str:
    """Remove a name's words, unless nothing else is left."""
    called = set(utils.default_process(name).split())
    return " ".join(word for word in text.split() if word not in called) or text if called else text
