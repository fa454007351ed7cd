"""Builds a spoken call to several viewers, such as `Anna, Marco e altri tre`."""

from collections.abc import Sequence

AND = {"it": "e", "en": "and", "de": "und"}
OTHERS = {"it": "altri", "en": "others", "de": "andere"}
ONE_OTHER = {"it": "un'altra persona", "en": "one more", "de": "noch jemand"}
MANY_OTHERS = {"it": "tanti altri", "en": "many others", "de": "viele andere"}
NUMBERS = {
    "it": ("", "", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"),
    "en": ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "de": ("", "", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
}


def call_together(names: Sequence[str], *, others: int | None, language: str) -> str:
    """Return the names, plus the number of `others` (None: some); empty if nobody has a name."""
    if not names:
        return ""
    parts = list(names)
    if others is None or others > 0:
        parts.append(_others(others, language))
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {AND[language]} {parts[-1]}"


def _others(number: int | None, language: str) -> str:
    if number is None:
        return OTHERS[language]
    if number == 1:
        return ONE_OTHER[language]
    if number >= len(NUMBERS[language]):
        return MANY_OTHERS[language]
    spelt = NUMBERS[language][number]
    return f"{OTHERS[language]} {spelt}" if language == "it" else f"{spelt} {OTHERS[language]}"
