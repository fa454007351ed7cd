"""Decides whether two questions are the same."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from planner.stage.choice.line_features import REMEMBERED_LINES, host_words, read, word_lists_for

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
class QuestionWords:
    """The significant words of a question; `fixed` words, such as who or how, must be equal."""

    text: str
    fixed: frozenset[str]
    free: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not (self.fixed or self.free)


NO_QUESTION = QuestionWords("", frozenset(), frozenset())


@lru_cache(maxsize=REMEMBERED_LINES)
def question_words(text: str, language: str, host_name: str) -> QuestionWords:
    """Return a question's significant words; `NO_QUESTION` for another line."""
    reading = read(text, language, host_name)
    if not reading.is_question or reading.is_nonsense:
        return NO_QUESTION
    word_lists = word_lists_for(text, language)
    empty = word_lists.filler | host_words(host_name)
    meant = [word for word in reading.words if word in word_lists.asks or word not in empty]
    fixed = frozenset(word for word in meant if _is_fixed(word, word_lists.asks))
    return QuestionWords(" ".join(meant), fixed, frozenset(meant) - fixed)


def _is_fixed(word: str, asks: frozenset[str]) -> bool:
    return word in asks or word in NEGATIONS or not word.isalpha()


def is_same_question(one: QuestionWords, other: QuestionWords) -> bool:
    """Return whether one answer serves both questions."""
    if one.fixed != other.fixed or one.is_empty or other.is_empty:
        return False
    if one.free == other.free:
        return True
    if Indel.normalized_similarity(one.text, other.text, score_cutoff=SAME_TEXT):
        return len(one.free) == len(other.free)
    return _overlap(one, other) >= MIN_OVERLAP


def _overlap(one: QuestionWords, other: QuestionWords) -> float:
    shared = len(one.free & other.free) + _slips(one.free - other.free, other.free - one.free)
    shared += len(one.fixed)
    return 2.0 * shared / (len(one.fixed | one.free) + len(other.fixed | other.free))


def _slips(words: frozenset[str], others: frozenset[str]) -> int:
    """Return how many words are near matches (typing errors) of the other's words."""
    return sum(
        any(
            len(other) >= SLIP_LETTERS and Indel.normalized_similarity(word, other) >= SAME_WORD
            for other in others
        )
        for word in words
        if len(word) >= SLIP_LETTERS
    )
