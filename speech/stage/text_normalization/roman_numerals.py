"""Says Roman numerals where they are sure: after a ruler, beside a chapter or an age, and after a name."""

import re

from speech.stage.text_normalization.german import ordinal_ending
from speech.stage.text_normalization.grammar import say_integer, say_ordinal
from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary, load_words

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ANY = rf"(?=[IVXLCDM])(?P<numeral>{_NUMERAL})(?![\w'’-])"
# After any name only numerals that are no words and no initials.
_SURE = r"(?P<numeral>X{0,3}(?:II|III|IV|VII|VIII|IX)|X{1,3}(?:I|VI|V)|XX|XXX)(?![\w'’-])"


def roman_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; what they do not know for sure stays as it is written."""
    language = vocabulary.language
    beside = {name: any_of(words) for name, words in load_words("roman_numerals.toml")[language].items()}
    # In German a dot makes the numeral an ordinal: "Ludwig XIV. tanzte".
    numeral, sure = (
        pattern + (r"(?P<dot>\.)?" if language == "de" else "(?P<dot>)") for pattern in (_ANY, _SURE)
    )

    def number(found: re.Match[str]) -> str:
        said = say_integer(roman_value(found["numeral"]), language)
        return f"{found['name']} {said}{found['dot'] or ''}"

    def ruler(found: re.Match[str], *, feminine: bool) -> str:
        return f"{found['name']} {_of_a_ruler(found, language, feminine=feminine)}"

    def ordered(found: re.Match[str]) -> str:
        return _ordinal(found, language) + found["noun"]

    return [
        *(_with_sign() if language == "it" else ()),
        Rule(
            re.compile(rf"\b{numeral}(?P<noun>\s+(?i:{beside['ages']}|{beside['ordered']}))(?!\w)"), ordered
        ),
        Rule(
            re.compile(rf"\b(?P<noun>(?i:{beside['ages']})\s+){numeral}"),
            lambda found: found["noun"] + _ordinal(found, language),
        ),
        Rule(
            re.compile(rf"\b(?P<name>{beside['queens']}) {numeral}"),
            lambda found: ruler(found, feminine=True),
        ),
        Rule(
            re.compile(rf"\b(?P<name>{beside['kings']}) {numeral}"),
            lambda found: ruler(found, feminine=False),
        ),
        Rule(re.compile(rf"\b(?P<name>(?i:{beside['numbered']})) {numeral}"), number),
        Rule(re.compile(rf"\b(?P<name>[A-ZÀ-Þ][\w'’]+) {sure}"), number),
    ]


def _with_sign() -> list[Rule]:
    sign = re.compile(rf"\b(?=[IVXLCDM])(?P<numeral>{_NUMERAL})(?P<sign>[°ºª])")

    def said(found: re.Match[str]) -> str:
        return say_ordinal(roman_value(found["numeral"]), "it", feminine=found["sign"] == "ª")

    return [Rule(sign, said)]


def _ordinal(found: re.Match[str], language: str) -> str:
    feminine = language == "it" and found["noun"].endswith(("a", "e"))
    said = say_ordinal(roman_value(found["numeral"]), language, feminine=feminine)
    return said + ordinal_ending(found.string[: found.start()], "Jahrhundert") if language == "de" else said


def _of_a_ruler(found: re.Match[str], language: str, *, feminine: bool) -> str:
    said = say_ordinal(roman_value(found["numeral"]), language, feminine=feminine)
    match language:
        case "en":
            return f"the {said}"
        case "de":
            return f"{'die' if feminine else 'der'} {said}e"
    return said


def roman_value(numeral: str) -> int:
    """Return the value of a Roman numeral."""
    total = 0
    for here, after in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _VALUES[here]
        total += -value if after and _VALUES[after] > value else value
    return total
