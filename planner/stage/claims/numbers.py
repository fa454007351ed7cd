"""Finds telephone numbers and codes in spoken or written digits."""

import re
from collections.abc import Sequence
from itertools import pairwise

from planner.stage.claims.claims import Given
from planner.stage.games.number_words import number_words
from planner.stage.serious.topics import fold

FEWEST_DIGITS = 6
FEWEST_TOKENS = 2
FEWEST_DIGITS_IN_TWO = 7
FEWEST_SINGLE_DIGITS = 4
# Numbers that everybody may say.
PUBLIC = frozenset(
    {"112", "113", "115", "118", "911", "999", "110", "988", "116123", "0223272327", "19696", "1522", "114"}
)

_WORDS = {
    word: digits
    for language in ("it", "en", "de")
    for word, digits in number_words(language).items()
    if " " not in word and word not in ("cento", "hundred", "hundert", "einhundert")
} | {"oh": "0", "zwo": "2", "null": "0", "nought": "0", "fuenf": "5"}
_TOKEN = re.compile(r"\d+(?:[.,]\d{3})+(?!\d)|\d+|[^\W\d_]+|[^\s\w]")
# Letters that end in a number: a password or an account.
_MIXED = re.compile(r"(?<![\w#])[^\W\d_]{4,}\d{2,}(?!\w)")
_COMMON_MIXED = frozenset({"covid19", "fifa24", "fifa25", "fifa26"})
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_REPEATERS = {"doppio": 2, "doppia": 2, "double": 2, "doppel": 2, "triplo": 3, "triple": 3, "dreifach": 3}
_BETWEEN = frozenset(
    {
        "e",
        "poi",
        "and",
        "then",
        "und",
        "dann",
        "point",
        "plus",
        "piu",
        ",",
        "-",
        ".",
        "/",
        "–",
        "…",
        "(",
        ")",
        ":",
        ";",
    }
)
# What is before one of these is a quantity, not a row of digits.
_MAGNITUDES = frozenset(
    {"cento", "mila", "mille", "milioni", "hundred", "thousand", "million", "hundert", "tausend", "millionen"}
)
_CODE = re.compile(
    r"\b(?:codice|codici|\w*codes?|pin|password|passwort|passcode|kennwort|parola d'ordine|"
    r"combinazione|geheimzahl|otp)\b(?P<rest>.{0,60})"
)
_EQUALS = re.compile(r"(?:\w+ ){0,3}?(?:e|is|ist|lautet|era|was|war|:|=) ?(?P<value>\w[\w-]*)")
_VAGUE = frozenset(
    [
        "un",
        "una",
        "il",
        "la",
        "a",
        "an",
        "the",
        "ein",
        "eine",
        "der",
        "die",
        "das",
        "non",
        "not",
        "nicht",
        "segreto",
        "segreta",
        "secret",
        "geheim",
        "sbagliato",
        "wrong",
        "falsch",
        "giusto",
        "right",
        "richtig",
        "quello",
    ]
)
_DIAL = re.compile(
    r"(?<!\w)(?:chiama(?:te|temi|mi|telo)?|componi|componete|fate il|fai il|digita(?:te)?|call|"
    r"dial|text|phone|ring|ruf\w*|wahl(?:t|e)|tippt|numero e|number is|nummer ist|"
    r"whatsapp)\b(?P<rest>.{0,60})"
)


def number_of(text: str, given: Given) -> bool:
    """Return whether a text says a telephone number, or a code, that the show's facts do not hold."""
    folded = fold(text)
    known = _digits_of(fold(given.facts))
    return any(run not in known and run not in PUBLIC for run in _suspects(folded))


def _suspects(folded: str) -> list[str]:
    found = [digits for digits, is_long in _runs(folded) if is_long]
    for dialled in _DIAL.finditer(folded):
        found += [digits for digits, _ in _runs(dialled["rest"])[:1] if len(digits) > 2]
    found += [mixed for mixed in _MIXED.findall(folded) if mixed not in _COMMON_MIXED]
    for code in _CODE.finditer(folded):
        found += [digits for digits, _ in _runs(code["rest"])[:1] if len(digits) > 2]
        value = _EQUALS.match(code["rest"].strip(" ,"))
        if value and value["value"] not in _VAGUE and len(value["value"]) > 2:
            found.append(value["value"])
    return found


def _runs(folded: str) -> list[tuple[str, bool]]:
    """Return the digits of each row of numbers, and whether it is as long as a telephone number."""
    runs: list[tuple[str, bool]] = []
    row: list[str] = []
    times = 1
    for word in [*_TOKEN.findall(folded), "end"]:
        if word in _REPEATERS:
            times = _REPEATERS[word]
            continue
        digits = _digits(word)
        if digits:
            row.append(digits * times)
            times = 1
        elif word in _MAGNITUDES:
            row = row[:-1]
        elif word not in _BETWEEN or (word == "." and not row):
            if row:
                runs.append(("".join(row), _is_long(row)))
            row, times = [], 1
    return runs


def _is_long(row: Sequence[str]) -> bool:
    digits = sum(map(len, row))
    if len(row) < FEWEST_TOKENS or _is_counting(row):
        return False
    if digits == len(row) >= FEWEST_SINGLE_DIGITS:
        return True  # as codes are dictated
    return digits >= (FEWEST_DIGITS_IN_TWO if len(row) == FEWEST_TOKENS else FEWEST_DIGITS)


def _is_counting(row: Sequence[str]) -> bool:
    steps = {int(after) - int(before) for before, after in pairwise(row)}
    return len(steps) == 1 and abs(steps.pop()) in (1, 2, 5, 10)


def _digits(token: str) -> str:
    if token.isdecimal():
        return token
    if _GROUPED.fullmatch(token):
        return ""  # a large number, not a row of digits
    return _WORDS.get(token, "")


def _digits_of(folded: str) -> str:
    """Return all that may be said of the facts: their words, and their digits without gaps."""
    return f"{folded} {re.sub(r'[^0-9]', '', folded)}"
