"""The words of one language for written signs, read from `words_xx.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("it", "en", "de")


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: `names` and `cents` for one and for more. `drops_cents`: "zwei Euro zwanzig"."""

    signs: tuple[str, ...]
    names: tuple[str, str]
    cents: tuple[str, str]
    feminine: bool = False
    drops_cents: bool = False


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A power of ten after a number, as in 1.2M: it is said (`names`), or it multiplies (`factor`)."""

    signs: tuple[str, ...]
    names: tuple[str, str] = ("", "")
    factor: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one language says. Pairs are for one and for more; mappings are from written to spoken."""

    language: str
    words: Mapping[str, str]
    decimal_comma: bool
    months: tuple[str, ...]
    month_abbreviations: tuple[str, ...]
    weekdays: tuple[str, ...]
    weekday_abbreviations: tuple[str, ...]
    weekday_introductions: tuple[str, ...]
    date_introductions: tuple[str, ...]
    currencies: Mapping[str, Currency]
    magnitudes: Mapping[str, Magnitude]
    rates: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    signs: Mapping[str, str]
    before_number: Mapping[str, str]

    def __getitem__(self, word: str) -> str:
        return self.words[word]


def load_words(name: str) -> dict[str, Any]:
    """Read a table of words that lies in this folder. Its shape is the file's own."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def vocabulary_of(language: str) -> Vocabulary:
    """Return a language's words; `language` is one of `LANGUAGES`."""
    read = load_words(f"words_{language}.toml")
    return Vocabulary(
        language=language,
        words={name: value for name, value in read.items() if isinstance(value, str)},
        decimal_comma=read["decimal_comma"],
        months=tuple(read["months"]),
        month_abbreviations=tuple(read["month_abbreviations"]),
        weekdays=tuple(read["weekdays"]),
        weekday_abbreviations=tuple(read["weekday_abbreviations"]),
        weekday_introductions=tuple(read["weekday_introductions"]),
        date_introductions=tuple(read["date_introductions"]),
        currencies={code: Currency(**_tuples(entry)) for code, entry in read["currencies"].items()},
        magnitudes={name: Magnitude(**_tuples(entry)) for name, entry in read["magnitudes"].items()},
        rates=read["rates"],
        units={written: (one, many) for written, (one, many) in read["units"].items()},
        signs=read["signs"],
        before_number=read["before_number"],
    )


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
