"""Parses numbers as they are written, and says them with their decimals and magnitudes."""

from decimal import Decimal, InvalidOperation

from speech.stage.text_normalization.grammar import MINUS, say_digits, say_integer
from speech.stage.text_normalization.vocabulary import Magnitude, Vocabulary

# An Italian fraction of up to three digits is said as a number: "tre virgola quattordici".
_FRACTION_AS_NUMBER = 3


def decimal_of(written: str, *, decimal_comma: bool) -> Decimal | None:
    """Parse digits with separators; None when they are not a number."""
    group, comma = (".", ",") if decimal_comma else (",", ".")
    whole, _, fraction = written.partition(comma)
    groups = whole.split(group)
    grouped = len(groups) > 1
    if grouped and (any(len(part) != 3 for part in groups[1:]) or not 1 <= len(groups[0].lstrip("-")) <= 3):
        # Written the other way round: 3.5 in an Italian text still means three and a half.
        if len(groups) == 2 and not fraction:
            return decimal_of(written, decimal_comma=not decimal_comma)
        return None
    try:
        return Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return None


def say_number(number: Decimal, vocabulary: Vocabulary) -> str:
    """Say a number with its decimals as they were written."""
    language = vocabulary.language
    sign = f"{MINUS[language]} " if number < 0 else ""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    said = say_integer(int(whole), language)
    if not fraction:
        return sign + said
    if language == "it" and len(fraction) <= _FRACTION_AS_NUMBER and fraction[0] != "0":
        return f"{sign}{said} {vocabulary['comma']} {say_integer(int(fraction), language)}"
    return f"{sign}{said} {vocabulary['comma']} {say_digits(fraction, language)}"


def say_magnitude(number: Decimal, magnitude: Magnitude, vocabulary: Vocabulary) -> str:
    """Say 1.2M as "one point two million"; 2,5k is multiplied where no word for it follows a decimal."""
    if magnitude.factor:
        scaled = number * magnitude.factor
        return say_number(
            scaled.to_integral_value() if scaled == scaled.to_integral_value() else scaled, vocabulary
        )
    one, many = magnitude.names
    if number == 1:
        article = {"it": "un", "de": "eine"}.get(vocabulary.language, say_integer(1, vocabulary.language))
        return f"{article} {one}"
    return f"{say_number(number, vocabulary)} {many}"


def magnitude_of(sign: str, vocabulary: Vocabulary) -> Magnitude | None:
    """Return the magnitude that a sign stands for."""
    return next((each for each in vocabulary.magnitudes.values() if sign in each.signs), None)
