"""Says dates that are written in digits, in every order."""

import re

from speech.stage.text_normalization.german import ordinal_ending
from speech.stage.text_normalization.grammar import say_integer, say_ordinal, say_year
from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary

_FIRST_OF_MONTH = "primo"
_PIVOT = 70  # a year of two digits from here on belongs to the last century
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>[12]\d{3})"
_NO_YEAR = "(?P<year>)"
_YEAR_OF_FOUR = r"(?P<year>20[1-9]\d)(?![\w%-]|[.,]\d)"


def date_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for 24.12.2024, 5/12/26, 2024-05-12, and for a day and a month where that is sure."""
    iso = rf"(?<![\w/.-]){_YEAR}[-/.]{_MONTH}[-/.]{_DAY}(?![\w/]|-\d)"
    separated = r"(?P<by>[/.-])\s?(?P<month>\d{1,2})(?P=by)\s?(?P<year>\d{4}|\d{2})(?![\w/]|[.-]\d)"
    per_language = {"it": _italian, "en": _english, "de": _german}
    return [
        Rule(re.compile(iso), lambda found: _date(found, vocabulary, is_iso=True)),
        Rule(re.compile(rf"(?<![\w/.-]){_DAY}{separated}"), lambda found: _date(found, vocabulary)),
        *per_language[vocabulary.language](vocabulary),
    ]


def _date(found: re.Match[str], vocabulary: Vocabulary, *, is_iso: bool = False) -> str:
    parts = found.groupdict()
    name, written_year, day = parts.get("name"), parts["year"], int(parts["day"])
    month = _month_number(name, vocabulary) if name else int(parts["month"])
    # English text on a European platform: the day comes first too, unless the second number is over 12.
    if month > 12 and day <= 12 and vocabulary.language == "en":
        day, month = month, day
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return found[0].removeprefix(parts.get("before") or "")
    year = f" {say_year(_full_year(written_year), vocabulary.language)}" if written_year else ""
    before = found.string[: found.start() if is_iso else found.start("day")]
    return _day_and_month(day, vocabulary.months[month - 1], before, vocabulary, is_iso=is_iso) + year


def _day_and_month(day: int, month: str, before: str, vocabulary: Vocabulary, *, is_iso: bool) -> str:
    match vocabulary.language:
        case "it":
            return f"{_FIRST_OF_MONTH if day == 1 else say_integer(day, 'it')} {month}"
        case "de":
            return f"{say_ordinal(day, 'de')}{ordinal_ending(before)} {month}"
    if is_iso:
        return f"{month} {say_ordinal(day, 'en')}"
    article = "" if before.casefold().endswith("the ") else "the "
    return f"{article}{say_ordinal(day, 'en')} of {month}"


def _month_number(name: str, vocabulary: Vocabulary) -> int:
    names = [month.casefold() for month in vocabulary.months]
    low = name.casefold()
    return names.index(low) + 1 if low in names else vocabulary.month_abbreviations.index(low[:3]) + 1


def _full_year(written: str) -> int:
    year = int(written)
    if len(written) == 4:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _italian(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for "il 24/12" and "il 25 dic"."""
    introductions = any_of(vocabulary.date_introductions)
    in_digits = rf"\b(?P<before>(?:{introductions})\s){_DAY}/{_MONTH}{_NO_YEAR}(?![\w/]|[.,]\d)"
    padded = rf"(?<![\w.,/])(?P<before>)(?=0\d/\d\d|\d\d/0\d){_DAY}/{_MONTH}{_NO_YEAR}(?![\w/]|[.,]\d)"
    names = any_of(vocabulary.month_abbreviations)
    before = rf"(?:\b(?P<before>(?:{introductions})\s|l')|\b)"
    shortened = rf"{before}{_DAY} (?P<name>{names})\b\.?(?:\s{_YEAR})?"

    def said(found: re.Match[str]) -> str:
        # "3 set" alone are three sets.
        is_date = found["before"] or found["year"]
        return (found["before"] or "") + _date(found, vocabulary) if is_date else found[0]

    return [
        *(Rule(re.compile(pattern, re.IGNORECASE), said) for pattern in (in_digits, shortened)),
        Rule(re.compile(padded), lambda found: _date(found, vocabulary)),
    ]


def _german(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for "am 24.12.", "02.03" and "am 5. Okt. 2024"."""
    short = (name.capitalize() for name in vocabulary.month_abbreviations)
    with_dots = rf"(?<![\w/.,]){_DAY}\.\s?{_MONTH}\.(?!\d){_NO_YEAR}"
    two_digits = r"(?P<day>[0-3]\d)\.(?P<month>[01]\d)(?P<year>)(?![\d.,]*\d|\s?Uhr)"
    introduced = rf"(?P<before>^|\b(?:am|der|ab|den|dem|vom|zum|bis) ){two_digits}"
    named = rf"(?<![\w/.,]){_DAY}\.\s?(?P<name>{any_of((*vocabulary.months, *short))})\.?(?!\w)"
    with_year = rf"(?:\s{_YEAR}(?![\w%]|[.,]\d))?"
    return [
        Rule(re.compile(with_dots), lambda found: _date(found, vocabulary)),
        Rule(re.compile(introduced, re.IGNORECASE), lambda found: found["before"] + _date(found, vocabulary)),
        Rule(re.compile(named + with_year), lambda found: _date(found, vocabulary)),
    ]


def _english(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for a year in a date, 2012 as "twenty twelve", and for quarters."""
    months = any_of((*vocabulary.months, *vocabulary.month_abbreviations, "sept"))
    after_month = rf"(?P<date>\b(?:{months})\.?,?(?:\s\d{{1,2}}(?:st|nd|rd|th)?,?)?\s){_YEAR_OF_FOUR}"
    word = r"in|since|by|until|from|of|before|after|during|year|for"
    after_word = rf"(?P<date>\b(?:{word})\s){_YEAR_OF_FOUR}(?!\s+[a-z]+s\b)"
    american = rf"(?P<word>\b(?:on|by|until|since|before|after)\s){_MONTH}/{_DAY}(?![\w/]|[.,]\d)"
    quarter = re.compile(r"\b(?:(?P<first>[1-4])Q|Q(?P<last>[1-4]))\s?['’]?(?P<year>\d{2}|\d{4})\b")

    def with_year(found: re.Match[str]) -> str:
        return found["date"] + say_year(int(found["year"]), "en")

    return [
        *(Rule(re.compile(pattern, re.IGNORECASE), with_year) for pattern in (after_month, after_word)),
        Rule(re.compile(american, re.IGNORECASE), lambda found: found["word"] + _american(found, vocabulary)),
        Rule(quarter, _quarter),
    ]


def _american(found: re.Match[str], vocabulary: Vocabulary) -> str:
    month, day = int(found["month"]), int(found["day"])
    if not (1 <= month <= 12 < day <= 31):
        return found[0].removeprefix(found["word"])
    return f"{vocabulary.months[month - 1]} {say_ordinal(day, 'en')}"


def _quarter(found: re.Match[str]) -> str:
    number, year = int(found["first"] or found["last"]), int(found["year"])
    said = say_integer(year, "en") if year < 100 else say_year(year, "en")
    return f"the {say_ordinal(number, 'en')} quarter of {said}"
