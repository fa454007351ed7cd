"""Normalizes text of one language for speech: numbers, dates, money, units, links and signs become words."""

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from speech.stage.text_normalization.numbers import decimal_of, say, say_digits, say_one, say_ordinal

LANGUAGES = ("it", "en", "de")
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "EUR": "EUR", "USD": "USD", "GBP": "GBP", "CHF": "CHF"}
MAX_CHARACTERS = 2_000

_DIGITS = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_SIGN = "|".join(map(re.escape, CURRENCIES))
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)'\"]", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|it|de|net|org|tv|io|shop|live|eu|me)\b(?:/[^\s<>]*[^\s<>.,;:!?)])?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)@([\w.]*\w)")
_HASHTAG = re.compile(r"(?<!\w)#(\w+)")
_HUMP = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[A-Za-zÀ-ÿ])(?=\d)|(?<=\d)(?=[A-Za-zÀ-ÿ])"
)
_DATE = re.compile(r"(?<![\w/.])(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d{2})(?![\w/])")
_TIME = re.compile(r"(?<![\w:])([01]?\d|2[0-3]):([0-5]\d)(?![\w:])(?:\s?Uhr\b)?")
_DATIVE = re.compile(r"(?:am|vom|zum|dem)\s$", re.IGNORECASE)
_DECORATION = re.compile(r"^[xX]{1,3}[._]+|[._]+[xX]{1,3}$|\d+$")
_MONEY_BEFORE = re.compile(rf"({_SIGN})\s?({_DIGITS})(?![\w])")
_MONEY_AFTER = re.compile(rf"(?<![\w.,])({_DIGITS})\s?({_SIGN})(?!\w)")
_PERCENT = re.compile(rf"(?<![\w.,])(-?(?:{_DIGITS}))\s?%")
_RANGE = re.compile(r"(?<![\w.,-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?![\w.,-])")
_ORDINAL = re.compile(r"(?<!\w)(\d{1,4})(?:º|ª|°(?=\s+[a-zà-ÿ]{3})|(?:st|nd|rd|th)\b)")
_TELEPHONE = re.compile(r"(?<![\w.,])\+?\d(?:[\s-]?\d){8,}(?![\w.,])")
_NUMBER = re.compile(rf"(?<![\w.,])-?(?:{_DIGITS})(?![\w])")
_X_BEFORE_NUMBER = re.compile(r"(?<=\s)[x×](?=\s?\d)", re.IGNORECASE)


@cache
def _words(language: str) -> Mapping[str, Any]:
    path = files(__package__).joinpath(f"words_{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


class TextNormalizer:
    """Normalizes text of one language, and applies a tenant's pronunciations.

    `pronunciations` maps written to spoken: whole words, in any case. What is spoken is final: it is not
    normalized again.
    """

    def __init__(self, language: str, pronunciations: Mapping[str, str] | None = None) -> None:
        primary = language[:2].lower()
        self._language = primary if primary in LANGUAGES else "en"
        self._words = _words(self._language)
        self._own = {
            written.casefold(): spoken for written, spoken in (pronunciations or {}).items() if written
        }
        self._own_pattern = _whole_words(self._own)
        self._signs = {sign.casefold(): said for sign, said in self._words["signs"].items()}
        self._signs_pattern = _whole_words(self._signs)
        units = "|".join(sorted(map(re.escape, self._words["units"]), key=len, reverse=True))
        self._unit_pattern = re.compile(rf"(?<![\w.,])(-?(?:{_DIGITS}))\s?({units})(?!\w)")

    def normalize(self, text: str) -> str:
        """Return the text as it is spoken; at most `MAX_CHARACTERS` of it."""
        parts, at = [], 0
        text = text[:MAX_CHARACTERS]
        for found in self._own_pattern.finditer(text):
            parts += [self._normalize_part(text[at : found.start()]), self._own[found[0].casefold()]]
            at = found.end()
        return "".join([*parts, self._normalize_part(text[at:])])

    def _normalize_part(self, text: str) -> str:
        if text.isalpha():
            return text
        steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
            (_EMAIL, lambda found: self._address(found[0])),
            (_LINK, lambda found: self._address(_without_scheme(found[0]))),
            (_DOMAIN, lambda found: self._address(found[0])),
            (_HANDLE, lambda found: _nickname(found[1])),
            (_HASHTAG, lambda found: f"{self._words['hashtag']} {_split_name(found[1])}"),
            (self._signs_pattern, lambda found: self._signs[found[0].casefold()]),
            (_TELEPHONE, lambda found: say_digits(found[0], self._language)),
            (_DATE, self._date),
            (_TIME, self._time),
            (_MONEY_BEFORE, lambda found: self._money(found[2], found[1])),
            (_MONEY_AFTER, lambda found: self._money(found[1], found[2])),
            (_PERCENT, lambda found: self._with_word(found[1], self._words["percent"])),
            (_ORDINAL, lambda found: say_ordinal(int(found[1]), self._language)),
            (self._unit_pattern, self._unit),
            (_RANGE, lambda found: f"{found[1]} {self._words['to']} {found[2]}"),
            (_X_BEFORE_NUMBER, lambda found: "per" if self._language == "it" else "times"),
            (_NUMBER, lambda found: self._number(found[0])),
        )
        for pattern, said in steps:
            text = pattern.sub(said, text)
        return text

    # --- numbers -------------------------------------------------------------------------------------

    def _decimal(self, written: str) -> Decimal | None:
        return decimal_of(written, decimal_comma=self._words["decimal_comma"])

    def _number(self, written: str) -> str:
        if written.startswith("0") and written.isdigit() and len(written) > 1:
            return say_digits(written, self._language)
        number = self._decimal(written)
        return written if number is None else say(number, self._language)

    def _with_word(self, written: str, word: str) -> str:
        return f"{self._number(written)} {word}"

    def _counted(self, number: Decimal, forms: list[str]) -> str:
        if number == 1:
            return f"{say_one(forms[0] in self._words['feminine']['words'], self._language)} {forms[0]}"
        return f"{say(number, self._language)} {forms[1]}"

    def _unit(self, found: re.Match[str]) -> str:
        number = self._decimal(found[1])
        return found[0] if number is None else self._counted(number, self._words["units"][found[2]])

    def _money(self, written: str, sign: str) -> str:
        amount = self._decimal(written)
        if amount is None:
            return written
        said = self._counted(Decimal(int(amount)), self._words["currencies"][CURRENCIES[sign]])
        cents = round(amount % 1 * 100)
        if not cents:
            return said
        return " ".join(f"{said} {self._words['cents_join']} {say(Decimal(cents), self._language)}".split())

    # --- dates and times -----------------------------------------------------------------------------

    def _date(self, found: re.Match[str]) -> str:
        first, second, year = int(found[1]), int(found[3]), found[4]
        # English text on a European platform: the day comes first too, unless the second number is over 12.
        day, month = (second, first) if second > 12 else (first, second)
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return found[0]
        full = int(year) + 2000 if len(year) == 2 else int(year)
        return (
            f"{self._day(day, found)} {self._words['months'][month - 1]} {say(Decimal(full), self._language)}"
        )

    def _day(self, day: int, found: re.Match[str]) -> str:
        if self._language == "it":
            return self._words["first_of_month"] if day == 1 else say(Decimal(day), "it")
        if self._language == "en":
            return say_ordinal(day, "en")
        dative = _DATIVE.search(found.string[: found.start()])
        return say_ordinal(day, "de") + ("n" if dative else "r")

    def _time(self, found: re.Match[str]) -> str:
        hour, minute = int(found[1]), int(found[2])
        said = say(Decimal(hour), self._language)
        if self._language == "de" and hour == 1:
            said = "ein"
        if not minute:
            return f"{said} {self._words['oclock']}".strip()
        minutes = say(Decimal(minute), self._language)
        return " ".join(f"{said} {self._words['hour_join']} {minutes}".split())

    # --- addresses -----------------------------------------------------------------------------------

    def _address(self, address: str) -> str:
        words = {"/": "slash", ".": "point", "@": "at", "-": "dash"}
        said = re.sub(r"[/.@-]", lambda found: f" {self._words[words[found[0]]]} ", address.rstrip("/"))
        return " ".join(re.sub(r"[_?=&#%+:~]", " ", said).split())


@lru_cache(maxsize=1_024)
def _split_name(name: str) -> str:
    """Split a handle or a hashtag into its words."""
    return " ".join(_HUMP.sub(" ", re.sub(r"[._]+", " ", name)).split())


@lru_cache(maxsize=1_024)
def _nickname(handle: str) -> str:
    """Say a handle without decoration; whole if there is nothing else."""
    bare = handle
    while (less := _DECORATION.sub("", bare)) != bare:
        bare = less
    return _split_name(bare) or _split_name(handle)


def _without_scheme(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|[?#].*$", "", link, flags=re.IGNORECASE)


def _whole_words(words: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words outside addresses, the longest first."""
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    # Without words: a pattern that never matches.
    return re.compile(
        rf"(?<![\w@#./-])(?:{'|'.join(longest_first) or '(?!)'})(?![\w/]|[.-]\w)", re.IGNORECASE
    )
