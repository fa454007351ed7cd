"""A rule: a written pattern and what is said for it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Digits with or without separators, as a number is written.
NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"


@dataclass(frozen=True, slots=True)
class Rule:
    """Replaces every match of `pattern` by what `say` returns."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str]


def apply(rules: Iterable[Rule], text: str) -> str:
    """Apply rules in order."""
    for rule in rules:
        text = rule.pattern.sub(rule.say, text)
    return text


def any_of(written: Iterable[str]) -> str:
    """Return a pattern for any of the texts, the longest first."""
    return "|".join(sorted(map(re.escape, written), key=len, reverse=True)) or "(?!)"
