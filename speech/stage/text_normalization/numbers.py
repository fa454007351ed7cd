"""Says numbers: digits as they are written in a language go in, words come out."""

from decimal import Decimal, InvalidOperation

from num2words import num2words

# Nobody says longer ones as a number; they are told digit by digit, like a telephone number.
LONGEST_NUMBER = 12
# How a language says one of something: `num2words` knows the bare number only.
ONE = {"it": ("un", "una"), "de": ("ein", "eine")}


def decimal_of(written: str, *, decimal_comma: bool) -> Decimal | None:
    """Return the number that digits with their separators stand for; None when they make no sense."""
    group, comma = (".", ",") if decimal_comma else (",", ".")
    whole, _, fraction = written.partition(comma)
    groups = whole.split(group)
    grouped = len(groups) > 1
    if grouped and (any(len(part) != 3 for part in groups[1:]) or not 1 <= len(groups[0].lstrip("-")) <= 3):
        # Not the language's own way: 3.5 in an Italian text is still three and a half.
        if len(groups) == 2 and not fraction:
            return decimal_of(written, decimal_comma=not decimal_comma)
        return None
    try:
        return Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return None


def say(number: Decimal, language: str) -> str:
    """Say a number; a long one digit by digit."""
    if len(str(abs(int(number)))) > LONGEST_NUMBER:
        return say_digits(str(int(number)), language)
    exact = int(number) if number == int(number) else float(number)
    return plain(num2words(exact, lang=language))


def say_one(feminine: bool, language: str) -> str:
    """Say `one` before a noun."""
    return ONE[language][feminine] if language in ONE else plain(num2words(1, lang=language))


def say_ordinal(number: int, language: str) -> str:
    return plain(num2words(number, lang=language, to="ordinal"))


def say_digits(digits: str, language: str) -> str:
    return " ".join(plain(num2words(int(digit), lang=language)) for digit in digits if digit.isdigit())


def plain(words: str) -> str:
    """Leave out the commas in which a voice would pause."""
    return words.replace(",", "")
