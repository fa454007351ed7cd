"""Recognises the intent of a comment by patterns and by a classifier."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from planner.stage.intents.classifier import OTHER, Guess, guess_intent
from planner.stage.lines import load_lines

EMOJI_ONLY = "emoji"
QUESTION = "question"
UNKNOWN = "comment"

MAX_CHARACTERS = 300
SURE = 0.9
# Calibrated on phrasings that the classifier was not trained on.
ENOUGH = 0.5  # the classifier's probability from which its intent counts
ENOUGH_OF_FEW_WORDS = 0.9  # the same for one or two words: names and shouts look like many things
FEW_WORDS = 2
AGREED = 0.25  # the same, when a pattern finds the intent too
RULED_OUT = 0.6  # the probability of other talk from which a pattern counts for nothing
CERTAIN = 0.85  # the same, against a pattern that covers all of the text
ALL_OF_IT = 0.9
MOST_OF_IT = 0.6  # the share of a text that a pattern must cover when the classifier does not know
# Patterns alone decide these, and first: a wrong cheer would hurt.
BY_PATTERN = frozenset({"distress", "spam", "sensitive", "insult", "contact"})

# Their lines assume a mood, so they are said only where it is sure: not after a `not`.
MOODS = frozenset({"compliment", "love", "laugh", "thanks", "birthday", "agree", "success"})
_NEGATION = re.compile(
    r"(?<!\w)(?:not|\w+n't|dont|doesnt|didnt|isnt|wasnt|cant|wont|never|no|nobody|without|hardly|less|fake"
    r"|barely|non|mai|niente|nessuno|senza|poco|neanche|nemmeno|mica|nicht|kein\w*|nie|ohne|kaum)"
    r"(?: [^\s,.;!?]+){1,4}$"
)

_NEGATED_WORD = re.compile(
    r"(?<!\w)(?:not|\w+n't|dont|doesnt|didnt|isnt|wasnt|cant|wont|never|nobody|without|hardly|no"
    r"|non|mai|niente|nessuno|senza|nemmeno|nicht|kein\w*|nie|ohne|kaum)(?!\w)"
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
    """Return what a comment is about, by patterns and by the classifier; plain talk is `UNKNOWN`.

    A pattern alone counts when it covers most of the text and the classifier does not take the text for other
    talk. An intent that assumes a mood does not count after a negation.
    """
    words = _normalised(text[:MAX_CHARACTERS])
    if not any(character.isalnum() for character in words):
        return Understood(QUESTION if "?" in words else EMOJI_ONLY, SURE)
    found = [
        (intent, match) for intent, match in _matches(words, language) if _is_meant(intent, match, words)
    ]
    if found and found[0][0] in BY_PATTERN:
        return Understood(found[0][0], _covered(found[0][1], words))
    guess = guess_intent(text)
    if found and _is_all(found[0][1], words) and guess.probability < CERTAIN:
        return Understood(found[0][0], _covered(found[0][1], words))
    if _is_sure(guess, {intent for intent, _ in found}, len(words.split())) and not _is_negated(
        guess.intent, words
    ):
        return Understood(guess.intent, round(guess.probability, 2))
    for intent, match in found:
        covered = len(match[0]) / len(words)
        if intent != QUESTION and covered >= MOST_OF_IT and guess.other < RULED_OUT:
            return Understood(intent, _covered(match, words))
    is_question = "?" in words or any(intent == QUESTION for intent, _ in found)
    return Understood(QUESTION, 0.0) if is_question else Understood(UNKNOWN, 0.0)


def _is_all(match: re.Match[str], words: str) -> bool:
    return len(match[0]) >= ALL_OF_IT * len(words.rstrip("?!. "))


def _is_sure(guess: Guess, found: set[str], words: int) -> bool:
    if guess.intent in (OTHER, QUESTION):
        return False
    alone = ENOUGH_OF_FEW_WORDS if words <= FEW_WORDS else ENOUGH
    return guess.probability >= (AGREED if guess.intent in found else alone)


def _is_meant(intent: str, match: re.Match[str], words: str) -> bool:
    return not (intent in MOODS and _NEGATION.search(words, 0, match.end()))


def _is_negated(intent: str, words: str) -> bool:
    return intent in MOODS and bool(_NEGATED_WORD.search(words))


def _covered(match: re.Match[str], words: str) -> float:
    return round(0.5 + 0.5 * len(match[0]) / len(words), 2)


def _matches(words: str, language: str) -> Iterator[tuple[str, re.Match[str]]]:
    for intent, pattern in _patterns(language):
        if match := pattern.search(words):
            yield intent, match


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
