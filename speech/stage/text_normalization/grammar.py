"""Reads numbers, dates, times and measures by damga's finite-state grammars, near where they stand.

A grammar costs about 35 µs a character, so it is given only the words with digits and their neighbours, and
never more than `MAX_WINDOW` characters at once. A call releases the GIL while it searches.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Protocol

import damga

MAX_WINDOW = 160
# Words on either side, which tell a year from a number, and a measure from a letter.
WORDS_BEFORE, WORDS_AFTER = 1, 2

_CORRECTIONS: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "it": (
        (re.compile(r"percento\b"), "per cento"),
        (re.compile(r"(cent|mille)o?(?=ottant|otto\b)(?<=o)"), r"\1"),
        (re.compile(r"\buna (?=ora\b)"), "un'"),
        (re.compile(r"\balle una\b"), "all'una"),
    ),
    "en": (),
    "de": ((re.compile(r"(?<=tausend)(?=hundert)"), "ein"),),
}


class _Grammar(Protocol):
    def normalize(self, text: str) -> str: ...


@cache
def _grammar(language: str) -> _Grammar:
    grammar: _Grammar = damga.TextNormalizer(lang=language)
    return grammar


def load_grammars(languages: Iterable[str]) -> None:
    """Load grammars into memory: 30 to 200 ms and up to 70 MB each, during which Python's other threads wait.

    A worker calls it before its first live.
    """
    for language in languages:
        _grammar(language)


def forget_readings() -> None:
    """Empty the caches of this module."""
    for cached in (_read_window, say_integer, say_ordinal):
        cached.cache_clear()


def read(text: str, language: str) -> str:
    """Return the text with all forms that the grammar knows in words. May leave digits."""
    words = text.split(" ")
    return " ".join(
        _read_window(" ".join(words[start:end]), language) if is_hot else " ".join(words[start:end])
        for start, end, is_hot in _windows(words)
    )


def _windows(words: list[str]) -> Iterator[tuple[int, int, bool]]:
    """Yield the runs of words, and whether a digit is near."""
    near = [False] * len(words)
    for index, word in enumerate(words):
        if any(map(str.isdigit, word)):
            first, last = max(0, index - WORDS_BEFORE), min(len(words), index + WORDS_AFTER + 1)
            near[first:last] = [True] * (last - first)
    start, size = 0, 0
    for index, word in enumerate(words):
        size += len(word) + 1
        if index > start and (near[index] != near[start] or size > MAX_WINDOW):
            yield start, index, near[start]
            start, size = index, len(word) + 1
    if words:
        yield start, len(words), near[start]


@lru_cache(maxsize=1_024)
def _read_window(text: str, language: str) -> str:
    said = _grammar(language).normalize(text)
    for pattern, correct in _CORRECTIONS[language]:
        said = pattern.sub(correct, said)
    return said


@lru_cache(maxsize=1_024)
def say_integer(number: int, language: str) -> str:
    """Write a whole number out, never as a year; a number past 10^15 digit by digit."""
    written = f"{abs(number):,}" if language == "en" else f"{abs(number):,}".replace(",", ".")
    said = _read_window(written, language) if abs(number) < 10**15 else written
    if any(map(str.isdigit, said)):
        said = say_digits(written, language)
    return said if number >= 0 else f"{MINUS[language]} {said}"


def say_digits(digits: str, language: str) -> str:
    """Say digits one by one; other characters are left out."""
    return " ".join(_read_window(digit, language) for digit in digits if digit.isdigit())


def say_year(year: int, language: str) -> str:
    """Say a year: "nineteen ninety-eight", "neunzehnhundertachtundneunzig", "duemilaventisei"."""
    if language == "it" or not 1100 <= year <= 2099 or (language == "de" and year >= 2000):
        return say_integer(year, language)
    if language == "en" and 2000 <= year < 2010:
        return say_integer(year, language).replace(" and ", " ")
    if language == "en" and year >= 2000:
        return f"twenty {say_integer(year % 100, language)}"
    return _read_window(str(year), language)


@lru_cache(maxsize=1_024)
def say_ordinal(number: int, language: str, *, feminine: bool = False) -> str:
    """Say an ordinal; in German its stem, to which the case's ending is added ("dritt", "achtzehnt")."""
    if language == "en":
        return _read_window(f"{number:,}{english_suffix(number)}", language)
    if language == "it":
        return _read_window(f"{number}{'ª' if feminine else 'º'}", language)
    return _german_stem(say_integer(number, language))


MINUS = {"it": "meno", "en": "minus", "de": "minus"}
_IRREGULAR = (("eins", "erst"), ("drei", "dritt"), ("sieben", "siebt"), ("acht", "acht"))
_BELOW_TWENTY = ("null", "zwei", "vier", "fünf", "sechs", "neun", "zehn", "elf", "zwölf")


def _german_stem(cardinal: str) -> str:
    for ending, stem in _IRREGULAR:
        if cardinal.endswith(ending):
            return cardinal.removesuffix(ending) + stem
    return cardinal + ("t" if cardinal.endswith(_BELOW_TWENTY) else "st")


def english_suffix(number: int) -> str:
    """Return what English writes after an ordinal's digits."""
    if 10 <= number % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
