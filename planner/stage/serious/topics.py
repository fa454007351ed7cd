"""Recognises serious comments, in Italian, English and German whatever the show's language."""

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

LANGUAGES = ("it", "en", "de")
MAX_CHARACTERS = 300

_STRETCH = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")
_REFERENCE = re.compile(r"<(\w+)>")
_REMEMBERED = 1_024


class SeriousTopic(StrEnum):
    """What a serious comment is about, the gravest first."""

    EMERGENCY = "emergency"
    GRIEF = "grief"
    ACCIDENT = "accident"
    ILLNESS = "illness"
    MINOR = "minor"
    COMPLAINT = "complaint"
    UNSURE = "unsure"  # a grave word, in a sense that is not clear


# The words of these are too important to be left to a language model.
ALWAYS_READY = frozenset({SeriousTopic.EMERGENCY, SeriousTopic.MINOR})


@lru_cache(maxsize=_REMEMBERED)
def serious_topic(text: str) -> SeriousTopic | None:
    """Return what a comment is about if cheer would hurt; None for all others.

    Idioms (`I'm dying laughing`, `muoio dal ridere`) are blanked out first.
    """
    words = fold(text[:MAX_CHARACTERS])
    for language in LANGUAGES:
        words = _patterns(language)["harmless"].sub("#", words)
    for topic in SeriousTopic:
        if any(_patterns(language)[topic].search(words) for language in LANGUAGES):
            return topic
    return None


def load_patterns() -> None:
    """Compile all patterns, which takes some 0.1 s of CPU; otherwise the first comment waits for it."""
    for language in LANGUAGES:
        _patterns(language)


def is_cheerful(sentence: str) -> bool:
    """Return whether a sentence cheers, laughs or applauds."""
    words = fold(sentence)
    return any(_patterns(language)["cheer"].search(words) for language in LANGUAGES)


def fold(text: str) -> str:
    """Return the text in lower case, without accents and without repeated letters: `ciaooo` as `ciao`."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACE.sub(" ", _STRETCH.sub(r"\1", bare)).strip()


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    """Return the patterns of a language by topic; `<name>` in a pattern stands for the list of that name."""
    table = tomllib.loads(
        files(__package__).joinpath(f"patterns_{language}.toml").read_text(encoding="utf-8")
    )
    lists = {name: f"(?:{'|'.join(words.split())})" for name, words in table["lists"].items()}
    return {
        topic: re.compile(rf"(?<!\w)(?:{'|'.join(_filled(pattern, lists) for pattern in patterns)})(?!\w)")
        for topic, patterns in table["topics"].items()
    }


def _filled(pattern: str, lists: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: lists[found[1]], pattern)
