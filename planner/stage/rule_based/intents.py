"""Decides what a comment is about: by the classifier, and by patterns where a wrong cheer would hurt."""

import re
from dataclasses import dataclass

from planner.stage.choice.line_features import host_words
from planner.stage.intents.classifier import OTHER, Guess, guess_intent
from planner.stage.intents.patterns import find_patterns, normalised
from planner.stage.rule_based.aims import asks_or_is_told, is_aimed_at_host, is_talk_of_others

EMOJI_ONLY = "emoji"
QUESTION = "question"
UNKNOWN = "comment"
INSULT = "insult"
SENSITIVE = "sensitive"
CHOICE = "choice"

MAX_CHARACTERS = 300
SURE = 0.9
AGREED = 0.35  # the classifier's probability from which its intent counts when a pattern finds it too
RULED_OUT = 0.5  # the probability of other talk from which a pattern counts for nothing
CERTAIN = 0.85  # the same, for an intent of the classifier against a pattern that covers all of the text
ALL_OF_IT = 0.9  # the share of a text that a pattern must cover to count by itself
# Patterns alone decide these, and first: a wrong cheer would hurt.
BY_PATTERN = frozenset({"distress", "spam", SENSITIVE, INSULT})

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
_CHOOSES = re.compile(r"\?|prefer|rather|better|meglio|lieber|besser|eher")


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent of a comment, and how sure it is: 0 (a line for any comment) to 1."""

    intent: str
    confidence: float


def recognise(text: str, language: str) -> str:
    """Return the intent of a comment."""
    return understand(text, language).intent


def understand(text: str, language: str, host_name: str = "") -> Understood:
    """Return what a comment is about; `UNKNOWN` for plain talk, talk of others, and what is not clear.

    An intent that assumes a mood does not count after a negation.
    """
    words = normalised(text[:MAX_CHARACTERS])
    if not any(character.isalnum() for character in words):
        has_symbols = not words.isascii()
        return Understood(QUESTION if "?" in words else EMOJI_ONLY if has_symbols else UNKNOWN, SURE)
    found = [
        (intent, match)
        for intent, match in find_patterns(words, language)
        if _is_meant(intent, match, words, host_name)
    ]
    for intent, match in found:
        if intent in BY_PATTERN:
            return Understood(intent, _covered(match, words))
    is_question = "?" in words or any(intent == QUESTION for intent, _ in found)
    if is_talk_of_others(text, host_words(host_name)):
        return _plain(is_question=is_question)
    guess = guess_intent(text, language)
    is_certain = guess.is_sure and guess.probability >= CERTAIN
    if found and not is_certain and guess.other < RULED_OUT:
        intent, match = max(found, key=lambda one: len(one[1][0]))
        if _is_all(match, words):
            return Understood(intent, _covered(match, words))
    if _counts(guess, {intent for intent, _ in found}) and not _is_negated(guess.intent, words):
        return Understood(guess.intent, round(guess.probability, 2))
    return _plain(is_question=is_question)


def _plain(*, is_question: bool) -> Understood:
    return Understood(QUESTION if is_question else UNKNOWN, 0.0)


def _is_all(match: re.Match[str], words: str) -> bool:
    return len(match[0]) >= ALL_OF_IT * len(words.rstrip("?!. "))


def _counts(guess: Guess, found: set[str]) -> bool:
    if guess.intent in (OTHER, QUESTION) or (guess.intent == CHOICE and CHOICE not in found):
        return False
    return guess.is_sure or (
        guess.intent in found and guess.probability >= AGREED and guess.other < RULED_OUT
    )


def _is_meant(intent: str, match: re.Match[str], words: str, host_name: str) -> bool:
    if intent == INSULT:
        return is_aimed_at_host(words, match, host_words(host_name))
    if intent == CHOICE:
        return bool(_CHOOSES.search(words))
    if intent == SENSITIVE:
        return asks_or_is_told(words)
    return not (intent in MOODS and _NEGATION.search(words, 0, match.end()))


def _is_negated(intent: str, words: str) -> bool:
    return intent in MOODS and bool(_NEGATED_WORD.search(words))


def _covered(match: re.Match[str], words: str) -> float:
    return round(0.5 + 0.5 * len(match[0]) / len(words), 2)
