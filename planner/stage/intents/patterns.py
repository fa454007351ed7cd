"""Finds hand-written patterns of an intent in a comment."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from planner.stage.lines import FALLBACK, load_lines

ALL_OF_IT = 0.85
MOST_OF_IT = 0.45

# `ü` in a pattern means the `u` of a normalised text, or `ue` as it was typed; `ß` likewise.
_UMLAUTS = str.maketrans({"ä": "ae?", "ö": "oe?", "ü": "ue?", "ß": "ss?"})
_STRETCH = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")


def normalised(text: str) -> str:
    """Return a text in lower case, without accents, `ciaoooo` as `ciao`, so that the patterns stay short."""
    letters = text.replace("’", "'").casefold()
    if not letters.isascii():
        decomposed = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SPACE.sub(" ", _STRETCH.sub(r"\1", letters)).strip()


def find_patterns(words: str, language: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield each intent whose pattern is in a normalised text, by precedence.

    The patterns are those of `language`, then those of English, which viewers write everywhere.
    """
    for spoken in dict.fromkeys((language, FALLBACK)):
        for intent, pattern in patterns_of(spoken):
            if match := pattern.search(words):
                yield intent, match


@cache
def patterns_of(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of a language by precedence."""
    intents = load_lines(__package__, f"patterns_{language}.toml")
    return tuple(
        (intent, re.compile(rf"(?<!\w)(?:{'|'.join(words).translate(_UMLAUTS)})(?!\w)"))
        for intent, words in intents.items()
    )


def signs_of(words: str, language: str) -> Iterator[str]:
    """Yield a sign for each pattern in a normalised text, with how much of it it covers."""
    best: dict[str, float] = {}
    for intent, match in find_patterns(words, language):
        best[intent] = max(best.get(intent, 0.0), len(match[0]) / len(words))
    for intent, covered in best.items():
        yield f"p {intent}"
        yield f"p {intent} {_share_of(covered)}"


def _share_of(covered: float) -> str:
    if covered >= ALL_OF_IT:
        return "all"
    return "most" if covered >= MOST_OF_IT else "part"
