"""Says short forms and signs, and builds the pattern for a tenant's own words."""

import re
from collections.abc import Iterable

from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary

# Short forms that may stand at the end of a sentence, whose full stop is theirs and the sentence's.
_FINAL = frozenset(("ecc.", "etc.", "usw."))


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words outside addresses, the longest first."""
    return re.compile(rf"(?<![\w@#./-])(?:{any_of(words)})(?![\w/]|[.-]\w)", re.IGNORECASE)


def sign_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for the short forms that are said alike everywhere."""
    signs = {written.casefold(): said for written, said in vocabulary.signs.items()}
    street = re.compile(r"(?<=[a-z] )St\.?(?=\s*(?:$|[,;!?])|\s[a-z])")
    rules = [Rule(street, lambda _: "Street")] if vocabulary.language == "en" else []
    return [*rules, Rule(whole_words(signs), lambda found: _said(found, signs[found[0].casefold()]))]


def before_number_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for what is a sign only before a digit: "No. 5", but "No. I never sleep"."""
    signs = {written.casefold(): said for written, said in vocabulary.before_number.items()}
    pattern = re.compile(rf"(?<![\w.])(?<!\d )(?!<3(?!\d))(?:{any_of(signs)})\s?(?=\d)", re.IGNORECASE)
    return [Rule(pattern, lambda found: f"{signs[found[0].strip().casefold()]} ")]


def _said(found: re.Match[str], said: str) -> str:
    if found[0].casefold() not in _FINAL:
        return said
    after = found.string[found.end() :].lstrip()
    return f"{said}." if not after or after[0].isupper() else said
