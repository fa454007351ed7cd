"""Finds links, e-mail addresses, telephone numbers and bank numbers by pattern."""

import re
from collections.abc import Callable

from moderation.stage.everyday import EVERYDAY
from moderation.stage.help_lines import PUBLIC_NUMBERS
from moderation.stage.normaliser import NormalisedText
from moderation.stage.verdict import Category, Reason

LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:com|net|org|info|xyz|ru|it|de|uk|eu|io|me|gg|tv|ly|link|shop|store|top|club|live)\b"
    r"(?:/\S*)?"
)
# Two sentences without a space between them: `bene.me lo dici?`, `ok.it was great`, `wow.gg everyone`.
JOINT = re.compile(r"([^\W\d_]{1,20})\.(?:it|me|io|de|eu|gg|tv|live|top)")
AFTER_JOINT = re.compile(r"['’]\w|[,;!?]?\s+[^\W\d_]")
# What only a sentence can begin with: `arrivato.me ne vado`, `finished.it was great`.
PRONOUN = re.compile(
    r"me (?:ne|lo|la|li|le)\b"
    r"|io (?:non|sono|vado|ho|lo|la|mi|ti|voglio|vorrei|penso|credo|faccio|direi|dico|invece|pure)\b"
    r"|it(?: (?:is|was|has|looks|will|would|makes|feels|seems)|['’]s)\b"
)
WORDS_ALONE = ("me", "io", "it", "gg", "live", "top")  # a whole second sentence
POINTS_TO_LINK = re.compile(
    r"(?:\b(?:su|sul|sito|link|indirizzo|pagina|visit\w*|cerc\w+|iscriv\w+|clicc\w+|at|on|site|website|page|to|out|go|check|click"
    r"|auf|unter|bei|seite|webseite|besuch\w*|sur|en|em|no|my|mio|mein\w*|il|the|die)\s+|[:>@/→]\s*)$"
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
        links = _found(LINK, Category.LINK, folded, unless=_is_joint)
        found += [link for link in links if not _overlaps(link, found)]
    numbers = _found(IBAN, Category.PERSONAL_DATA, folded) + _found(TAX_CODE, Category.PERSONAL_DATA, folded)
    for phone in _found(PHONE, Category.PERSONAL_DATA, folded):
        if not _overlaps(phone, numbers) and not _is_nobodys(phone.term):
            numbers.append(phone)
    return found + numbers


def _found(
    pattern: re.Pattern[str],
    category: Category,
    folded: NormalisedText,
    *,
    unless: Callable[[re.Match[str]], bool] = lambda match: False,
) -> list[Reason]:
    return [
        Reason(category, match.group(), *folded.original_span(*match.span()))
        for match in pattern.finditer(folded.text)
        if not unless(match)
    ]


def _is_joint(link: re.Match[str]) -> bool:
    """Return whether what looks like an address is the end of a sentence and the beginning of the next."""
    joint = JOINT.fullmatch(link.group())
    if joint is None:
        return False
    if PRONOUN.match(link.string, link.end() - 2) and not POINTS_TO_LINK.search(link.string[: link.start()]):
        return True
    if joint[1] not in EVERYDAY:
        return False
    before, after = link.string[: link.start()], link.string[link.end() :]
    if POINTS_TO_LINK.search(before):
        return False
    stands_alone = link.group().endswith(WORDS_ALONE) and not after.strip(" .!?…") and bool(before.strip())
    return stands_alone or AFTER_JOINT.match(after) is not None


def _overlaps(reason: Reason, others: list[Reason]) -> bool:
    return any(reason.start < other.end and other.start < reason.end for other in others)


def _is_nobodys(number: str) -> bool:
    digits = NOT_DIGITS.sub("", number)
    return digits in PUBLIC_NUMBERS or len(set(digits)) < FEWEST_DIGITS or DATE.fullmatch(number) is not None
