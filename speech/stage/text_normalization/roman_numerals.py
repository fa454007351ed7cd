"""Says Roman numerals where they are sure: after a ruler, beside a chapter or an age, and after a name."""

import re
from functools import partial

from speech.stage.text_normalization.german import ordinal_ending
from speech.stage.text_normalization.grammar import say_integer, say_ordinal
from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary, load_words

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_END = r"(?![\w'’-])"
# A single letter is mostly an initial (Anna V.), a grade (type C), an article or a pronoun (I).
_RULING = rf"(?=[IVX]{{2}})(?!XXX?\b)(?P<numeral>{_NUMERAL}){_END}"
_TITLED = rf"(?=[IVX])(?P<numeral>{_NUMERAL}){_END}"
_ORDERED = rf"(?=[IVXLC]{{2}}|[VX])(?P<numeral>{_NUMERAL}){_END}"
_LAST_WORDS = r"\s*(?:$|[.,;:!?)])|\s(?:of|di|del|della|von|der|des)\b"
_COUNTED = rf"(?=[IVXLC]{{2}}|[VX]|I(?={_LAST_WORDS})|(?<=War )I)(?P<numeral>{_NUMERAL}){_END}"
# After any name only numerals that are no words, initials or kisses.
_SURE = r"(?P<numeral>X{0,3}(?:II|III|IV|VII|VIII|IX)|X{1,3}(?:I|VI|V))(?![\w'’-])"


def roman_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; what they do not know for sure stays as it is written."""
    language = vocabulary.language
    beside = {name: any_of(words) for name, words in load_words("roman_numerals.toml")[language].items()}
    # In German a dot makes the numeral an ordinal: "Ludwig XIV. tanzte".
    dot = r"(?P<dot>\.)?" if language == "de" else "(?P<dot>)"

    def number(found: re.Match[str]) -> str:
        said = say_integer(roman_value(found["numeral"]), language)
        return f"{found['name']} {said}{found['dot'] or ''}"

    def ordered(found: re.Match[str]) -> str:
        return found["before"] + _ordinal(found, language) + found["noun"]

    nouns = rf"{beside['ages']}|{beside['ordered']}"
    first = rf"\b(?P<before>(?i:{beside['articles']}) )(?P<numeral>I){dot}(?P<noun>\s(?i:{nouns}))(?!\w)"
    return [
        *(_with_sign() if language == "it" else ()),
        Rule(re.compile(rf"\b(?P<before>){_ORDERED}{dot}(?P<noun>\s+(?i:{nouns}))(?!\w)"), ordered),
        Rule(re.compile(first), ordered),
        Rule(
            re.compile(rf"\b(?P<noun>(?i:{beside['ages']})\s+){_ORDERED}{dot}"),
            lambda found: found["noun"] + _ordinal(found, language),
        ),
        *_ruler_rules(beside, dot, language),
        Rule(re.compile(rf"\b(?P<name>(?i:{beside['numbered']})) {_COUNTED}{dot}"), number),
        Rule(re.compile(rf"\b(?P<name>[A-ZÀ-Þ][\w'’]+) {_SURE}{dot}"), number),
    ]


def _ruler_rules(beside: dict[str, str], dot: str, language: str) -> list[Rule]:
    """Return the rules for "Enrico VIII", and for "re Carlo I": one letter needs a title before the name."""

    def ruler(found: re.Match[str], *, feminine: bool) -> str:
        return f"{found['name']} {_of_a_ruler(found, language, feminine=feminine)}"

    rules = []
    for names, feminine in ((beside["queens"], True), (beside["kings"], False)):
        say = partial(ruler, feminine=feminine)
        rules += [
            Rule(re.compile(rf"\b(?P<name>(?i:{beside['titles']}) (?:{names})) {_TITLED}{dot}"), say),
            Rule(re.compile(rf"\b(?P<name>{names}) {_RULING}{dot}"), say),
        ]
    return rules


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
