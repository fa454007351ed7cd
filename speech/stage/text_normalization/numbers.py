"""Writes numbers out in words."""

from decimal import Decimal, InvalidOperation

from num2words import num2words

# Longer numbers are said digit by digit, like a telephone number.
LONGEST_NUMBER = 12
# The article for one of something: `num2words` has only the bare number.
ONE = {"it": ("un", "una"), "de": ("ein", "eine")}


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


def say(number: Decimal, language: str) -> str:
    """Write a number out; a long one digit by digit."""
    if len(str(abs(int(number)))) > LONGEST_NUMBER:
        return say_digits(str(int(number)), language)
    exact = int(number) if number == int(number) else float(number)
    return without_commas(num2words(exact, lang=language))


def say_one(feminine: bool, language: str) -> str:
    """Write the number one out as an article before a noun."""
    if language in ONE:
        return ONE[language][feminine]
    return without_commas(num2words(1, lang=language))


def say_ordinal(number: int, language: str) -> str:
    return without_commas(num2words(number, lang=language, to="ordinal"))


def say_digits(digits: str, language: str) -> str:
    words = (num2words(int(digit), lang=language) for digit in digits if digit.isdigit())
    return " ".join(map(without_commas, words))


def without_commas(words: str) -> str:
    """Remove the commas, at which a voice would pause."""
    return words.replace(",", "")
