"""Detects whether a sentence is in another language than expected."""

import re
from functools import cache
from importlib.resources import files
from tomllib import loads

# One small word more than in the right language is chance, two are not.
CLEAR_LEAD = 2
CONTENT_CHARACTERS = 4

_WORD = re.compile(r"[^\W\d_]+(?:'(?:t|m|s|re|ll|ve)\b)?")


def foreign_language(text: str, language: str) -> str:
    """Return a text's language if it is clearly not `language`, else an empty string.

    It knows `it`, `en`, `de`, `es`, `fr` and `pt`; for other languages it always returns an empty string.
    """
    table = _small_words()
    if language not in table:
        return ""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    votes = {tongue: sum(word in small for word in words) for tongue, small in table.items()}
    likely = max(votes, key=lambda tongue: votes[tongue])
    return likely if votes[likely] - votes[language] >= CLEAR_LEAD else ""


def content_words(text: str) -> list[str]:
    """Return a text's words without the small words of any language and without short ones."""
    small = frozenset().union(*_small_words().values())
    words = _WORD.findall(text.casefold().replace("’", "'"))
    return [word for word in words if len(word) >= CONTENT_CHARACTERS and word not in small]


def primary_language(tag: str) -> str:
    """Return the language of a tag such as `it-IT`."""
    return tag.casefold().replace("_", "-").split("-")[0]


@cache
def _small_words() -> dict[str, frozenset[str]]:
    table = loads(files(__package__).joinpath("small_words.toml").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in table.items()}
