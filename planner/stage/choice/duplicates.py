"""Tells whether two questions are one: their words go in, yes or no comes out."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from planner.stage.choice.reading import REMEMBERED_LINES, host_words, read, tongue_of

# Twice the words in common over all words; one word more changes a question of three, not one of four.
MIN_OVERLAP = 0.85
# A word of this many letters may have a slip in it.
SLIP_LETTERS = 4
SAME_WORD = 0.83
# So near as a whole, letter by letter, that only slips of the keys can lie between.
SAME_TEXT = 0.92
NEGATIONS = frozenset(
    (
        "non",
        "no",
        "mai",
        "not",
        "dont",
        "never",
        "nicht",
        "kein",
        "keine",
        "nie",
        "nunca",
        "pas",
        "jamais",
        "nao",
    )
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in the words that matter: `fixed` are those that must be the same, such as who or how."""

    text: str
    fixed: frozenset[str]
    free: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not (self.fixed or self.free)


NO_QUESTION = Wording("", frozenset(), frozenset())


@lru_cache(maxsize=REMEMBERED_LINES)
def wording_of(text: str, language: str, host_name: str) -> Wording:
    """Return the words of a question; `NO_QUESTION` for a line that is none."""
    reading = read(text, language, host_name)
    if not reading.is_question or reading.is_nonsense:
        return NO_QUESTION
    tongue = tongue_of(text, language)
    empty = tongue.filler | host_words(host_name)
    meant = [word for word in reading.words if word in tongue.asks or word not in empty]
    fixed = frozenset(word for word in meant if _is_fixed(word, tongue.asks))
    return Wording(" ".join(meant), fixed, frozenset(meant) - fixed)


def _is_fixed(word: str, asks: frozenset[str]) -> bool:
    return word in asks or word in NEGATIONS or not word.isalpha()


def is_same_question(one: Wording, other: Wording) -> bool:
    """Return whether whoever asked one is answered by the answer to the other."""
    if one.fixed != other.fixed or one.is_empty or other.is_empty:
        return False
    if one.free == other.free:
        return True
    if Indel.normalized_similarity(one.text, other.text, score_cutoff=SAME_TEXT):
        return len(one.free) == len(other.free)
    return _overlap(one, other) >= MIN_OVERLAP


def _overlap(one: Wording, other: Wording) -> float:
    shared = len(one.free & other.free) + _slips(one.free - other.free, other.free - one.free)
    shared += len(one.fixed)
    return 2.0 * shared / (len(one.fixed | one.free) + len(other.fixed | other.free))


def _slips(words: frozenset[str], others: frozenset[str]) -> int:
    """Return how many words are written almost like one of the others."""
    return sum(
        any(
            len(other) >= SLIP_LETTERS and Indel.normalized_similarity(word, other) >= SAME_WORD
            for other in others
        )
        for word in words
        if len(word) >= SLIP_LETTERS
    )
