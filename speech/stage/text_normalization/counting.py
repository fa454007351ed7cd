"""Says whole numbers, years and decimals that stand before a word, and unites grouped digits."""

import re
from decimal import Decimal

from speech.stage.text_normalization.grammar import say_integer
from speech.stage.text_normalization.numbers import say_number
from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary

_THIN_SPACES = "\u00a0\u2009\u202f'’"
# Words after a number that the grammar reads together with it.
_RESERVED = {
    "it": ("milione", "milioni", "miliardo", "miliardi", "kcal"),
    "en": ("million", "billion", "trillion", "thousand", "hundred", "sept", "mbps", "gbps", "kcal", "knots"),
    "de": ("million", "millionen", "milliarde", "milliarden", "kcal"),
}


def grouping_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for digits that are grouped by spaces or apostrophes: they get the usual separator."""
    separator = "." if vocabulary.decimal_comma else ","

    def regrouped(found: re.Match[str]) -> str:
        return re.sub(r"[\s'’]", separator, found[0])

    return [
        Rule(re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{_THIN_SPACES}]\d{{3}})+(?!\d)"), regrouped),
        Rule(re.compile(r"(?<![\d.,+] )(?<![\d.,+])\d{1,3}(?: \d{3})* 000(?![\d.,]?\d)"), regrouped),
    ]


def integer_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rule for a whole number that counts what follows: "3 regali", "1.250 like", "bis 2.000!".

    It is said from memory, where the grammar would take a millisecond. Before a month, a magnitude or a
    short word, which may be a unit, it is left to the grammar; so is a year and the number one.
    """
    separator = re.escape("." if vocabulary.decimal_comma else ",")
    reserved = any_of((*vocabulary.months, *_RESERVED[vocabulary.language]))
    number = rf"(?:\d{{2,3}}|[02-9]|\d{{1,3}}(?:{separator}\d{{3}})+)"
    noun = rf"(?!(?i:{reserved})\b)[^\W\d_]{{4,}}"
    pattern = rf"(?<![^\s(])(?<!\+ )(?!0\d){number}(?=\s{noun}|[,;!?](?:\s|$)|\.?$)"
    after_month = re.compile(
        rf"\b(?:{reserved}|{any_of(vocabulary.month_abbreviations)})\.?\s$", re.IGNORECASE
    )

    def said(found: re.Match[str]) -> str:
        is_date = vocabulary.language == "en" and after_month.search(
            found.string, max(0, found.start() - 12), found.start()
        )
        return found[0] if is_date else say_integer(int(re.sub(r"\D", "", found[0])), vocabulary.language)

    return [Rule(re.compile(pattern), said)]


def decimal_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for decimals and years that the grammar takes for something else."""
    short_year = Rule(re.compile(r"(?:(?<=\s)|^)['’](?=\d\d\b)(?!\d0s)"), lambda _: "")
    return [short_year, *{"it": _italian, "en": lambda _: [], "de": _german}[vocabulary.language](vocabulary)]


def _italian(vocabulary: Vocabulary) -> list[Rule]:
    # "21.30" is a time of day, "3.14" is none.
    no_time = r"(?!(?:1\d|2[0-3])\.(?:00|15|30|45)(?!\d))(?<!le )(?<!re )(?<!l')"
    with_dot = rf"(?<![\w.,:/]){no_time}\d+\.(?:\d{{1,2}}|\d{{4,}})(?![\d:/]|[.,]\d)"
    of_three = r"(?<![\w.,:/])\d+,\d{3}(?![\w:/]|[.,]\d|\s?(?:m|k?g|km|l|ml)\b)"

    def said(found: re.Match[str]) -> str:
        return say_number(Decimal(found[0].replace(",", ".")), vocabulary)

    return [Rule(re.compile(with_dot), _with_comma), Rule(re.compile(of_three), said)]


def _german(vocabulary: Vocabulary) -> list[Rule]:
    end = r"(?![\w:/]|[.,-]\d|er\b)"
    year = rf"(?<![\w.,:/'’-])20\d\d{end}"
    # Up to 1499 a number is a year only after a word that says so.
    early = rf"(?<![\w.,:/'’-])(?<!Jahr )(?<!ahre )(?<!seit )(?<!bis )1[1-4]\d\d{end}"
    with_dot = r"(?<![\w.,:/])\d+\.\d{1,2}(?![\d:/]|[.,]\d|\.|\s?Uhr)"

    def integer(found: re.Match[str]) -> str:
        return say_integer(int(found[0]), vocabulary.language)

    return [
        Rule(re.compile(year), integer),
        Rule(re.compile(early), integer),
        Rule(re.compile(with_dot), _with_comma),
    ]


def _with_comma(found: re.Match[str]) -> str:
    return found[0].replace(".", ",")
