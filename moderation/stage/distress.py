"""Finds lines of people who may want to die or to hurt themselves."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from moderation.stage.tokens import Token

TRIGGER_LENGTH = 4
MAX_WORDS = 80  # of a line that are read

_TABLE = tomllib.loads(Path(__file__).with_name("distress.toml").read_text(encoding="utf-8"))
_LANGUAGES = [rules for name, rules in _TABLE.items() if name != "joking"]
_TRIGGERS = frozenset(trigger for rules in _LANGUAGES for trigger in rules["triggers"].split())
_SHORT = [rules["short"] for rules in _LANGUAGES]


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


_JOKING = _any_of(_TABLE["joking"])
_HARMLESS = [_any_of(rules["harmless"]) for rules in _LANGUAGES]
_PATTERNS = [_any_of(rules["patterns"]) for rules in _LANGUAGES]


def may_be_distress(tokens: Sequence[Token]) -> bool:
    """Return whether a line has a word that every line of distress has."""
    return not _TRIGGERS.isdisjoint([token.text[:TRIGGER_LENGTH] for token in tokens])


def is_harmless(tokens: Sequence[Token]) -> bool:
    """Return whether a line with words of distress is a joke: somebody laughs, or it is an idiom."""
    words = [token.text for token in tokens[:MAX_WORDS]]
    if any(map(_JOKING.fullmatch, words)):
        return True
    line = " ".join(words)
    return any(pattern.search(line) for pattern in _HARMLESS) and not _is_distress(words)


def find_distress(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Return the span of a folded line in which somebody may be in distress, or None."""
    if not may_be_distress(tokens):
        return None
    words = [token.text for token in tokens[:MAX_WORDS]]
    if any(map(_JOKING.fullmatch, words)) or not _is_distress(words):
        return None
    return tokens[0].start, tokens[-1].end


def _is_distress(words: Sequence[str]) -> bool:
    for short, harmless, pattern in zip(_SHORT, _HARMLESS, _PATTERNS, strict=True):
        line = harmless.sub("#", " ".join(short.get(word, word) for word in words))
        if pattern.search(line):
            return True
    return False
