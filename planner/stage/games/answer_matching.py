"""Compares a viewer's answer with the right ones."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from planner.stage.games.commands import without_accents
from planner.stage.games.number_words import number_words
from planner.stage.language_detection import primary_language

# A longer line is talk, even if a right word happens to be in it.
MAX_MORE_WORDS = 4
TYPO_FROM_LETTERS = 6

_WORD = re.compile(r"[a-z0-9]+")
_OTHER_WORD = re.compile(r"[^\W_]+")
_ARTICLES = {
    "it": "il lo la i gli le l un uno una di del dello della dei degli delle d",
    "en": "the a an of",
    "de": "der die das den dem des ein eine einen einem einer",
}
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "’": "'", "ł": "l"})


def words_of(text: str, language: str) -> tuple[str, ...]:
    """Return the words that matter of a text: plain lower-case letters, digits, no articles."""
    return _significant(without_accents(text.casefold().translate(_SPELLED)), primary_language(language))


def _significant(folded: str, language: str) -> tuple[str, ...]:
    pattern = _WORD if folded.isascii() else _OTHER_WORD
    words = pattern.findall(folded)
    line = f" {' '.join(words)} "
    for spelled, digits in number_words(language).items():
        if f" {spelled} " in line and not _is_article(words, spelled, language):
            line = line.replace(f" {spelled} ", f" {digits} ")
    kept = tuple(word for word in line.split() if word not in _ARTICLES.get(language, "").split())
    return kept or tuple(line.split())


def _is_article(words: Sequence[str], spelled: str, language: str) -> bool:
    """`uno` is a number when it stands alone, and an article before a word."""
    return len(words) > 1 and spelled in _ARTICLES.get(language, "").split()


def is_right(text: str, answers: Iterable[str], language: str) -> bool:
    """Return whether a line gives one of the answers: with few words around, and one slip in a long one."""
    spellings = [words_of(text, language)]
    if primary_language(language) == "de":
        spellings.append(
            words_of(text.casefold().replace("ae", "ä").replace("oe", "ö").replace("ue", "ü"), language)
        )
    return any(_gives(words, words_of(answer, language)) for answer in answers for words in spellings)


def numbers_in(text: str, language: str) -> list[str]:
    """Return the numbers that a line names, in their order."""
    return [word for word in words_of(text, language) if word.isdecimal()]


def is_number(answer: str, language: str) -> bool:
    """Return whether an answer is one number and nothing else."""
    words = words_of(answer, language)
    return len(words) == 1 and words[0].isdecimal()


def _gives(words: tuple[str, ...], answer: tuple[str, ...]) -> bool:
    if not answer or not words or len(words) > len(answer) + MAX_MORE_WORDS:
        return False
    if _is_same("".join(words), "".join(answer)):
        return True
    if any(part.isdecimal() for part in answer):
        # Whoever names several numbers has not answered.
        numbers = [word for word in words if word.isdecimal()]
        if numbers != [part for part in answer if part.isdecimal()]:
            return False
    starts = range(len(words) - len(answer) + 1)
    return any(
        all(_is_same(word, part) for word, part in zip(words[start:], answer, strict=False))
        for start in starts
    )


def _is_same(word: str, right: str) -> bool:
    if word == right:
        return True
    if len(right) < TYPO_FROM_LETTERS or right.isdecimal():
        return False
    return OSA.distance(word, right, score_cutoff=1) <= 1
