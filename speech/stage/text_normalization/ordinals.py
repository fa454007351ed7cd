"""Says ordinals that the grammar leaves, and a German "1" before a noun."""

import re

from speech.stage.text_normalization.german import DETERMINERS, article_before, ordinal_ending
from speech.stage.text_normalization.grammar import english_suffix, say_integer, say_ordinal
from speech.stage.text_normalization.rules import Rule
from speech.stage.text_normalization.vocabulary import Vocabulary
from texts.sentence_ends import End, full_stop_ends, is_ordinal_noun

# After these a number with a dot at the end names a day or a place: "am 24.", "der 3."
_NAMING = frozenset(("am", "vom", "zum", "der", "den", "dem"))
_MOST_ITEMS = 20
_FEMININE = "la|una|alla|della|nella|dalla|sulla|questa|quella|mia|tua|sua|nostra|vostra|loro"
_ENGLISH_SUFFIX = r"(?P<suffix>st|nd|rd|th)\b"


def ordinal_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for ordinals in digits and for a German "1" before a noun."""
    return {"it": _italian, "en": _english, "de": _german}[vocabulary.language]()


def _italian() -> list[Rule]:
    degree = re.compile(rf"\b(?P<article>{_FEMININE}) (?P<number>\d+)[°º](?!\s?[CF]\b)", re.IGNORECASE)
    return [Rule(degree, lambda found: f"{found['article']} {found['number']}ª")]


def _english() -> list[Rule]:
    fraction = re.compile(rf"(?<![\w.,])(\d+)\s?/\s?(\d+){_ENGLISH_SUFFIX}", re.IGNORECASE)
    ordinal = re.compile(rf"(?<![\w.,])(?P<number>\d[\d,]*){_ENGLISH_SUFFIX}", re.IGNORECASE)
    joined = re.compile(r"(?<![\w.,])(\d+(?:st|nd|rd|th))-(?=[a-z])")
    return [
        Rule(joined, lambda found: f"{found[1]} "),
        Rule(fraction, lambda found: f"{found[1]}/{found[2]}"),
        Rule(ordinal, _wrong_ordinal),
    ]


def _wrong_ordinal(found: re.Match[str]) -> str:
    """Say 4rd as it is written; a right ordinal is left to the grammar."""
    number, suffix = int(found["number"].replace(",", "")), found["suffix"].lower()
    return found[0] if suffix == english_suffix(number) else f"{say_integer(number, 'en')} {suffix}"


def _german() -> list[Rule]:
    times = re.compile(r"(?<![\w.,])(?P<number>\d{1,3})x(?=\s[a-zäöü])")
    alone = re.compile(r"^(?P<number>\d{1,4})\.$")
    with_dot = r"(?<![\w.,:/-])(?P<number>\d{1,4})\.(?=(?P<next>\s+(?P<noun>[^\W\d_]+))|\s*$|\s*[,!?])"
    one = r"(?<![\w.,:/+-])1 (?=(?P<noun>[A-ZÄÖÜ][a-zäöüß]+)\b)(?!Uhr\b|Million|Milliarde)"
    return [
        Rule(times, lambda found: f"{say_integer(int(found['number']), 'de')}mal"),
        Rule(alone, lambda found: f"{say_ordinal(int(found['number']), 'de')}er"),
        Rule(re.compile(with_dot), _german_ordinal),
        Rule(
            re.compile(one), lambda found: f"{article_before(found.string[: found.start()], found['noun'])} "
        ),
    ]


def _german_ordinal(found: re.Match[str]) -> str:
    number, noun = int(found["number"]), found["noun"] or ""
    before = found.string[: found.start()]
    last = before.split()[-1].casefold() if before.strip() else ""
    is_end = full_stop_ends(found.string, found.end() - 1, language="de") is End.YES
    if is_end or not found["next"]:
        # "Das ist die 5." counts.
        dot = "." if is_end else ""
        names = last in _NAMING or (last in DETERMINERS and len(before.split()) == 1)
        return f"{say_ordinal(number, 'de')}{ordinal_ending(before)}{dot}" if names else found[0]
    is_known = is_ordinal_noun(noun, "de")
    if not last and not is_known and noun[0].isupper():
        return f"{say_ordinal(number, 'de')}ens," if number <= _MOST_ITEMS else found[0]
    if not is_known and last not in DETERMINERS and last != "und":
        return found[0]
    return f"{say_ordinal(number, 'de')}{ordinal_ending(before, noun if noun[0].isupper() else '')}"
