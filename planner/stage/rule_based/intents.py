"""Recognises the intent of a comment by patterns."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from planner.stage.lines import load_lines

EMOJI_ONLY = "emoji"
QUESTION = "question"
UNKNOWN = "comment"

MAX_CHARACTERS = 300
SURE = 0.9

# Their lines assume a mood, so they are said only where it is sure: not after a `not`.
MOODS = frozenset({"compliment", "love", "laugh", "thanks", "birthday", "agree", "success"})
_NEGATION = re.compile(
    r"(?<!\w)(?:not|\w+n't|dont|doesnt|didnt|isnt|wasnt|cant|wont|never|no|nobody|without|hardly|less|fake"
    r"|barely|non|mai|niente|nessuno|senza|poco|neanche|nemmeno|mica|nicht|kein\w*|nie|ohne|kaum)"
    r"(?: [^\s,.;!?]+){1,4}$"
)

# `ü` in a pattern means the `u` of a normalised text, or `ue` as it was typed; `ß` likewise.
_UMLAUTS = str.maketrans({"ä": "ae?", "ö": "oe?", "ü": "ue?", "ß": "ss?"})
_STRETCH = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent of a comment, and how sure it is: 0 (a line for any comment) to 1."""

    intent: str
    confidence: float


def recognise(text: str, language: str) -> str:
    """Return the intent of a comment."""
    return understand(text, language).intent


def understand(text: str, language: str) -> Understood:
    """Return the first intent whose words occur in `text`; a question mark or plain talk decides the rest.

    An intent that assumes a mood does not count after a negation. The more of the text an intent's words make
    up, the surer it is.
    """
    words = _normalised(text[:MAX_CHARACTERS])
    if not any(character.isalnum() for character in words):
        return Understood(QUESTION if "?" in words else EMOJI_ONLY, SURE)
    for intent, pattern in _patterns(language):
        found = pattern.search(words)
        if found and not (intent in MOODS and _NEGATION.search(words, 0, found.end())):
            return Understood(intent, round(0.5 + 0.5 * len(found[0]) / len(words), 2))
    return Understood(QUESTION, 0.4) if "?" in words else Understood(UNKNOWN, 0.0)


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    intents = load_lines(__package__, f"intents_{language}.toml")
    return tuple(
        (intent, re.compile(rf"(?<!\w)(?:{'|'.join(words).translate(_UMLAUTS)})(?!\w)"))
        for intent, words in intents.items()
    )


def _normalised(text: str) -> str:
    """Lower case, no accents, `ciaoooo` as `ciao`, so that the patterns stay short."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACE.sub(" ", _STRETCH.sub(r"\1", bare)).strip()
