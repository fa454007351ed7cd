"""Says what no rule and no grammar knew, so that no digit, colon, slash or underscore reaches the voice."""

import re

from speech.stage.text_normalization.fractions import large_fraction_rule
from speech.stage.text_normalization.grammar import say_digits, say_integer
from speech.stage.text_normalization.numbers import decimal_of, say_number
from speech.stage.text_normalization.rules import NUMBER, Rule
from speech.stage.text_normalization.vocabulary import Vocabulary

_LONGEST_NUMBER = 15


def leftover_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules of last resort, in order."""
    return [
        large_fraction_rule(vocabulary.language),
        Rule(
            re.compile(r"(?<=[^\W\d_][a-zà-ÿ])\s?/\s?(?=[a-zà-ÿ]{2})"),
            lambda _: f" {vocabulary['or']} ",
        ),
        Rule(re.compile(r"(?<=[^\W\d_])['’]?(?=\d)|(?<=\d)['’]?(?=[^\W\d_])"), lambda _: " "),
        Rule(re.compile(rf"(?<![\d.,])(?:{NUMBER})(?![.,]?\d)"), lambda found: _number(found[0], vocabulary)),
        Rule(re.compile(r"\d+"), lambda found: f" {_digits(found[0], vocabulary)} "),
        Rule(
            re.compile(r"(?<=\w)\s?(?P<sign>[€$£¥])(?!\w)"),
            lambda found: _currency(found["sign"], vocabulary),
        ),
        Rule(re.compile(r"(?<=\w)\s?%"), lambda _: f" {vocabulary['percent']}"),
        Rule(re.compile(r"(?<=\w)\s?°"), lambda _: f" {vocabulary['degrees']}"),
        Rule(re.compile(r"(?<=\w)&(?=\w)"), lambda _: f" {vocabulary['and']} "),
        Rule(re.compile(r"(?<=[A-ZÀ-Þ])/(?=[A-ZÀ-Þ])"), lambda _: " "),
        Rule(re.compile(r"(?<=\w)\s?/\s?(?=\w)"), lambda _: f" {vocabulary['slash']} "),
        Rule(re.compile(r"(?<=\w):(?=\w)"), lambda _: " "),
        Rule(re.compile(r"(?<=\w)[*^|~\\_]+(?=\w)|[*^|\\_]+"), lambda _: " "),
        Rule(re.compile(r"(?<=\w)=(?=\w)|(?<=\s)=(?=\s)"), lambda _: f" {vocabulary['equals']} "),
        Rule(re.compile(r"\s+(?=[.,;:!?)\]](?:\s|$))"), lambda _: ""),
        Rule(re.compile(r"(?<=[(\[])\s+"), lambda _: ""),
        Rule(re.compile(r"\s{2,}"), lambda _: " "),
    ]


def _number(written: str, vocabulary: Vocabulary) -> str:
    if written.isdigit() and (written[0] == "0" or len(written) > _LONGEST_NUMBER):
        return say_digits(written, vocabulary.language)
    number = decimal_of(written, decimal_comma=vocabulary.decimal_comma)
    return written if number is None else say_number(number, vocabulary)


def _currency(sign: str, vocabulary: Vocabulary) -> str:
    found = (each.names[1] for each in vocabulary.currencies.values() if sign in each.signs)
    return f" {next(found, '')}"


def _digits(digits: str, vocabulary: Vocabulary) -> str:
    if digits[0] == "0" or len(digits) > _LONGEST_NUMBER:
        return say_digits(digits, vocabulary.language)
    return say_integer(int(digits), vocabulary.language)
