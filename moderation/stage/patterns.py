"""Finds links, e-mail addresses, telephone numbers and bank numbers by pattern."""

import re

from moderation.stage.help_lines import PUBLIC_NUMBERS
from moderation.stage.normaliser import NormalisedText
from moderation.stage.verdict import Category, Reason

LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:com|net|org|info|xyz|ru|it|de|uk|eu|io|me|gg|tv|ly|link|shop|store|top|club|live)\b"
    r"(?:/\S*)?"
)
EMAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\[at\]|\(at\))\s?[\w-]{1,63}(?:\.|\s?\[dot\]\s?)[\w.-]{0,63}\w")
AT_SIGNS = ("@", "[at]", "(at)")
PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\d(?:[\s./()-]{0,2}\d){8,14}(?!\w)")
IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}(?:\s?[a-z0-9]{1,3})?(?!\w)")
TAX_CODE = re.compile(r"(?<!\w)[a-z]{6}\d{2}[a-ehlmprst]\d{2}[a-z]\d{3}[a-z](?!\w)")
DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:\s\d{1,2}:?)?")
MAY_MATCH = re.compile(r"[.@\d]|://|\[at\]|\(at\)")
FEWEST_DIGITS = 3  # different digits; 100000000000 is no number of anybody
NOT_DIGITS = re.compile(r"\D")


def find_patterns(folded: NormalisedText) -> list[Reason]:
    """Return the links and personal data in a folded text."""
    text = folded.text
    if not MAY_MATCH.search(text):
        return []
    # Most lines that get here name somebody: @giulia. What they lack is quicker to see than to search for.
    has_dot = "." in text
    found: list[Reason] = []
    if (has_dot or "[dot]" in text) and any(sign in text for sign in AT_SIGNS):
        found = _found(EMAIL, Category.PERSONAL_DATA, folded)
    if has_dot or "://" in text:
        found += [link for link in _found(LINK, Category.LINK, folded) if not _overlaps(link, found)]
    numbers = _found(IBAN, Category.PERSONAL_DATA, folded) + _found(TAX_CODE, Category.PERSONAL_DATA, folded)
    for phone in _found(PHONE, Category.PERSONAL_DATA, folded):
        if not _overlaps(phone, numbers) and not _is_nobodys(phone.term):
            numbers.append(phone)
    return found + numbers


def _found(pattern: re.Pattern[str], category: Category, folded: NormalisedText) -> list[Reason]:
    return [
        Reason(category, match.group(), *folded.original_span(*match.span()))
        for match in pattern.finditer(folded.text)
    ]


def _overlaps(reason: Reason, others: list[Reason]) -> bool:
    return any(reason.start < other.end and other.start < reason.end for other in others)


def _is_nobodys(number: str) -> bool:
    digits = NOT_DIGITS.sub("", number)
    return digits in PUBLIC_NUMBERS or len(set(digits)) < FEWEST_DIGITS or DATE.fullmatch(number) is not None
