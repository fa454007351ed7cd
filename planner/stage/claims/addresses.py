"""Finds internet addresses and account names that are written as they are spoken."""

import re

from planner.stage.claims.claims import Given
from planner.stage.serious.topics import fold

_ENDINGS = (
    "com|it|net|org|info|shop|store|io|xyz|link|eu|app|site|online|club|ru|"
    "uk|co|fr|es|tv|gg|me|de|ch|at|biz|top|live|dev|ly|us|cc"
)
# These are everyday words too: behind a full stop that is spoken they need an address's other signs.
_DOT = r"(?:punto|dot|punkt|puntino)"
_SPOKEN = re.compile(rf"(?<!\w)[\w-]+,? {_DOT},? ?(?:{_ENDINGS})\b(?! (?:punkt|punto|dot)\b)")
_WRITTEN = re.compile(
    rf"[\w-]{{2,}}\s*\.\s?(?:{_ENDINGS})\s?/\w|[\w-]{{2,}}\s?(?:\(|\[)(?:dot|punto|punkt|\.)(?:\)|\])\s?\w"
)
_SIGNS = re.compile(
    r"\b(?:chiocciola|chiocciolina|klammeraffe|underscore|under score|unterstrich|"
    r"trattino basso|at-zeichen|backslash)\b"
    r"|\bvu vu vu\b|\b(?:w w w|we we we|double u double u|triple w|tre w|tripla w|dreimal w)\b|"
    r"\bhttps?\b|\bwww\b"
    r"|\b(?:at|ät|a) (?:gmail|hotmail|outlook|yahoo|libero|gmx|icloud|proton\w*|web)\b"
    r"|\b(?:gmail|hotmail|outlook|yahoo|icloud|gmx|libero|virgilio|protonmail)\b.{0,6}\b(?:com|"
    r"it|de|net|punto|dot|punkt)\b"
    r"|\bslash \w+|\bschragstrich \w+|\bbarra \w+ (?:punto|barra)"
)
# An account with dots between its words.
_DOTTED = re.compile(r"(?<![\w.])[^\W\d_]{2,}(?:\.[^\W\d_]{2,}){2,}(?![\w.])")
_MAIL = re.compile(r"\w (?:at|at|chiocciola) [\w-]+ (?:punto|dot|punkt)\b")


def address_of(text: str, given: Given) -> bool:
    """Return whether a text spells out an address that the show's facts do not hold."""
    folded = fold(text)
    facts = fold(given.facts)
    for pattern in (_SPOKEN, _WRITTEN, _SIGNS, _MAIL, _DOTTED):
        if (found := pattern.search(folded)) and not _stands_in(found[0], facts):
            return True
    return False


def _stands_in(spoken: str, facts: str) -> bool:
    written = re.sub(rf",? {_DOT},? ?", ".", spoken)
    return bool(facts) and (spoken in facts or written.split(" ")[-1] in facts)
