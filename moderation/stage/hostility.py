"""Finds hostility without slurs: a protected group with contempt, violence or expulsion in one line."""

import re
from collections.abc import Sequence
from itertools import pairwise

from moderation.stage.language_rules import language_rules
from moderation.stage.near_words import has_misspelt_group, restored, restored_groups
from moderation.stage.tokens import Token

GROUPS = frozenset(language_rules("groups"))
COLOURS = frozenset(language_rules("colours"))
BEFORE_COLOURS = frozenset(language_rules("before"))
PEOPLE = frozenset(language_rules("people"))


def _any_of(*kinds: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(part for kind in kinds for part in language_rules(kind))})\b")


HOSTILE = _any_of("contempt", "violence", "expulsion")
# Denying, quoting or condemning hostility is not hostile.
DENIED = _any_of("denied")
CONDEMNED = _any_of("condemned")
QUOTE_MARKS = re.compile('["“”„«»]')
DIGITS = str.maketrans("0134578@$!|", "oieastbasii")
SHORTEST_ROW = 3
ROW = re.compile(r"\b(?:\w ){2,}\w\b")


def find_hostility(text: str, tokens: Sequence[Token], *, sworn: bool = False) -> tuple[int, int] | None:
    """Return the part of a folded text that is hostile to a group, or None.

    `sworn`: whether the text holds foul words.
    """
    words = [token.text for token in tokens]
    if has_misspelt_group(words):
        words = restored_groups(words)
    if not _names_group(words):
        return None
    line = _joined(words).translate(DIGITS)
    hostile = HOSTILE.search(line)
    if hostile is None:
        line = " ".join(restored(line.split()))
        hostile = HOSTILE.search(line)
    if (hostile is None and not sworn) or QUOTE_MARKS.search(text) or CONDEMNED.search(line):
        return None
    denied = DENIED.search(line)
    if denied and not (hostile and hostile.start() <= denied.start() < hostile.end()):
        return None
    return tokens[0].start, tokens[-1].end


def _names_group(words: Sequence[str]) -> bool:
    if not GROUPS.isdisjoint(words):
        return True
    if any(len(word) > 1 and not word.isalpha() for word in words):
        words = [word.translate(DIGITS) for word in words]
        if not GROUPS.isdisjoint(words):
            return True
    if not COLOURS.isdisjoint(words) or "colore" in words:
        return any(_are_people(*pair) for pair in pairwise(words))
    return len(words) > SHORTEST_ROW and not GROUPS.isdisjoint(_joined(words).split())


def _are_people(word: str, following: str) -> bool:
    if word in COLOURS:
        return following in PEOPLE
    return (following in COLOURS and word in BEFORE_COLOURS) or (word, following) == ("di", "colore")


def _joined(words: Sequence[str]) -> str:
    """Join the letters of words that are written with spaces between them."""
    return ROW.sub(lambda row: row.group().replace(" ", ""), " ".join(words))
