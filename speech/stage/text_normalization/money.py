"""Says amounts of money."""

import re
from decimal import Decimal

from speech.stage.text_normalization.grammar import MINUS, say_integer
from speech.stage.text_normalization.numbers import decimal_of, magnitude_of, say_magnitude, say_number
from speech.stage.text_normalization.rules import NUMBER, Rule, any_of
from speech.stage.text_normalization.vocabulary import Currency, Vocabulary

_ONE = {"it": ("un", "una"), "de": ("ein", "eine")}
_MILLION = 1_000_000


def money_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for an amount with its currency before or after it."""
    signs = any_of(sign for currency in vocabulary.currencies.values() for sign in currency.signs)
    scales = any_of(sign for magnitude in vocabulary.magnitudes.values() for sign in magnitude.signs)
    scale = rf"(?:\s?(?P<scale>{scales})(?!\w))?"
    rate = r"(?:\s?/\s?(?P<rate>[^\W\d_]+²?))?"
    minus = r"(?P<minus>(?<!\S)[-−–])?"
    number = rf"(?P<number>{NUMBER}|[.,]\d+)"
    before = rf"{minus}(?<![\w])(?P<sign>{signs})\s?{number}(?![.,]?\d){scale}(?!\w){rate}"
    after = rf"(?<![\w.,]){minus}{number}{scale}\s?(?P<sign>{signs})(?!\w){rate}"

    def said(found: re.Match[str]) -> str:
        return _money(found, vocabulary)

    comma = "," if vocabulary.decimal_comma else "."
    between = r"(?<![\w.,])(?P<whole>\d+)\s?(?P<sign>[€$£])(?P<cents>\d\d)(?!\d)"
    return [
        Rule(re.compile(between), lambda found: f"{found['whole']}{comma}{found['cents']} {found['sign']}"),
        Rule(re.compile(rf"(?<=\d)\s?[-–]\s?(?=(?:{signs})\s?\d)"), lambda _: f" {vocabulary['to']} "),
        Rule(re.compile(before), said),
        Rule(re.compile(after), said),
    ]


def _money(found: re.Match[str], vocabulary: Vocabulary) -> str:
    number = found["number"]
    if number[0] in ".,":
        amount: Decimal | None = Decimal(f"0.{number[1:]}")
    else:
        amount = decimal_of(number, decimal_comma=vocabulary.decimal_comma)
    if amount is None:
        return found[0]
    currency = next(each for each in vocabulary.currencies.values() if found["sign"] in each.signs)
    scale = magnitude_of(found["scale"], vocabulary) if found["scale"] else None
    if scale is not None and scale.factor:
        amount, scale = amount * scale.factor, None
    if scale is not None:
        said = say_magnitude(amount, scale, vocabulary) + _joint_of(vocabulary) + currency.names[1]
    else:
        said = _amount(amount, currency, vocabulary, is_bare=number[0] in ".,")
    sign = f"{MINUS[vocabulary.language]} " if found["minus"] else ""
    return sign + said + _rate(found["rate"], vocabulary)


def _joint_of(vocabulary: Vocabulary) -> str:
    return " di " if vocabulary.language == "it" else " "


def _amount(amount: Decimal, currency: Currency, vocabulary: Vocabulary, *, is_bare: bool) -> str:
    cents = amount % 1 * 100
    if cents != cents.to_integral_value():
        said = say_number(amount.normalize(), vocabulary)
        if is_bare:  # $.506 is said without the zero
            said = said.removeprefix(f"{say_integer(0, vocabulary.language)} ")
        return f"{said} {currency.names[1]}"
    if cents and amount < 1:
        return _counted(int(cents), currency.cents, vocabulary)
    whole = _counted(int(amount), currency.names, vocabulary, feminine=currency.feminine)
    if not cents:
        return whole
    return f"{whole} {_cents(int(cents), currency, vocabulary)}"


def _cents(cents: int, currency: Currency, vocabulary: Vocabulary) -> str:
    join = vocabulary["cents_join"]
    match vocabulary.language:
        case "it" if cents > 1:
            return f"{join} {say_integer(cents, 'it')}"
        case "de" if currency.drops_cents:
            return say_integer(cents, "de")
    return f"{join} {_counted(cents, currency.cents, vocabulary)}".strip()


def _counted(number: int, names: tuple[str, str], vocabulary: Vocabulary, *, feminine: bool = False) -> str:
    if number == 1:
        return f"{say_one(vocabulary.language, feminine=feminine)} {names[0]}"
    is_millions = vocabulary.language == "it" and number >= _MILLION and number % _MILLION == 0
    return f"{say_integer(number, vocabulary.language)}{' di ' if is_millions else ' '}{names[1]}"


def say_one(language: str, *, feminine: bool = False) -> str:
    """Say the number one as the article before a noun."""
    return _ONE[language][feminine] if language in _ONE else say_integer(1, language)


def _rate(per: str | None, vocabulary: Vocabulary) -> str:
    if not per:
        return ""
    return " " + vocabulary.rates.get(per, f"{vocabulary['per']} {per}")
