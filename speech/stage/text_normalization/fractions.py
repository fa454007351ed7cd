"""Says fractions and what looks like one: 1/2, ½, 8.5/10, 24/7, 2023/24."""

import re

from speech.stage.text_normalization.german import half_of
from speech.stage.text_normalization.grammar import say_integer, say_ordinal
from speech.stage.text_normalization.numbers import decimal_of, say_number
from speech.stage.text_normalization.rules import Rule
from speech.stage.text_normalization.vocabulary import Vocabulary

_VULGAR = {
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5",
    "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
    "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip
_ALONE = r"(?<![\w.,/])"
_END = r"(?![\w/]|[.,]\d)"
_ITALIAN_UNITS = {"kg": "chili", "l": "litri", "km": "chilometri", "m": "metri", "g": "grammi", "h": "ore"}
# What follows "1/2" and is nothing that could be halved.
_NOT_HALVED = frozenset(
    ("per", "del", "dei", "della", "delle", "che", "non", "con", "più", "meno", "gara", "sono", "alla")
)


def fraction_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; small fractions stay in digits, which the grammar reads then."""
    vulgar = re.compile(rf"(?P<whole>\d?)\s?(?P<sign>[{''.join(_VULGAR)}])")
    out_of = rf"{_ALONE}(?P<got>\d+[.,]\d+|(?P<same>\d+)(?=/(?P=same)(?!\d)))/(?P<best>\d+){_END}"
    season = rf"{_ALONE}(?P<first>(?:19|20)\d{{2}})/(?P<second>\d{{2}}){_END}"
    rounded = rf"{_ALONE}(?P<first>\d{{2,4}})/(?P<second>\d{{2,4}})(?=\s[^\W\d_]{{4,}})"
    decades = r"\b(?P<years>anni) '?(?P<first>\d0)/'?(?P<second>\d0)(?!\d)"
    return [
        Rule(vulgar, lambda found: f"{found['whole']} {_VULGAR[found['sign']]}".strip()),
        Rule(re.compile(rf"{_ALONE}50[/-]50{_END}"), lambda _: vocabulary["fifty_fifty"]),
        Rule(re.compile(rf"{_ALONE}24/7{_END}"), lambda _: vocabulary["round_the_clock"]),
        Rule(re.compile(out_of), lambda found: _out_of(found, vocabulary)),
        Rule(re.compile(rounded), lambda found: _range_of_fives(found, vocabulary)),
        Rule(re.compile(season), lambda found: f"{found['first']} {found['second']}"),
        Rule(re.compile(decades), lambda found: f"{found['years']} {found['first']} {found['second']}"),
        *_halves(vocabulary.language),
    ]


def large_fraction_rule(language: str) -> Rule:
    """Return the rule for fractions that the grammar leaves, because their numbers are too large."""
    large = r"(?<![\d.,/])(?P<top>[1-9]\d{0,3})/(?P<bottom>[1-9]\d{0,3})(?![\d/]|[.,]\d)"
    return Rule(re.compile(large), lambda found: _large(found, language))


def _range_of_fives(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """Say "50/60 Leute" as a range; a fraction of such numbers would be shortened."""
    first, second = int(found["first"]), int(found["second"])
    is_range = 10 <= first < second and first % 5 == second % 5 == 0
    return f"{first} {vocabulary['to']} {second}" if is_range else found[0]


def _out_of(found: re.Match[str], vocabulary: Vocabulary) -> str:
    got = decimal_of(found["got"], decimal_comma=vocabulary.decimal_comma)
    if got is None:
        return found[0]
    best = say_integer(int(found["best"]), vocabulary.language)
    return f"{say_number(got, vocabulary)} {vocabulary['out_of']} {best}"


def _halves(language: str) -> list[Rule]:
    if language == "de":
        half = re.compile(rf"{_ALONE}(?<!\d\s)1/2 (?=(?P<noun>[A-ZÄÖÜ][a-zäöüß]+))")
        return [Rule(half, lambda found: f"{half_of(found['noun'])} ")]
    if language == "it":
        units = "|".join((*_ITALIAN_UNITS, "ore", "litri", "chili", "metri"))
        after_whole = re.compile(rf"{_ALONE}(?P<whole>\d+) 1/2(?![\w/])(?:\s(?P<unit>{units})\b)?")
        half = re.compile(rf"{_ALONE}(?<!\d\s)1/2 (?=(?P<noun>[a-zà-ù]{{3,}}))")
        return [Rule(after_whole, _italian_and_a_half), Rule(half, _italian_half)]
    return []


def _italian_and_a_half(found: re.Match[str]) -> str:
    unit = _ITALIAN_UNITS.get(found["unit"] or "", found["unit"] or "")
    words = (say_integer(int(found["whole"]), "it"), unit, "e mezza" if unit == "ore" else "e mezzo")
    return " ".join(filter(None, words))


def _italian_half(found: re.Match[str]) -> str:
    noun = found["noun"]
    if noun in _NOT_HALVED:
        return found[0]
    if noun.startswith("ora"):
        return "mezz'"
    return "mezza " if noun.endswith("a") else "mezzo "


def _large(found: re.Match[str], language: str) -> str:
    top, ordinal = int(found["top"]), say_ordinal(int(found["bottom"]), language)
    if language == "de":
        article = "ein" if top == 1 else say_integer(top, "de")
        return f"{article} {ordinal[0].upper()}{ordinal[1:]}el"
    if language == "it":
        return f"un {ordinal}" if top == 1 else f"{say_integer(top, 'it')} {ordinal[:-1]}i"
    return f"{say_integer(top, 'en')} {ordinal}{'' if top == 1 else 's'}"
