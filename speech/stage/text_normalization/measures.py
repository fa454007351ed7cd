"""Says measures whose unit the grammar does not know, and English feet, inches and rates."""

import re
from decimal import Decimal

from speech.stage.text_normalization.grammar import say_integer
from speech.stage.text_normalization.money import say_one
from speech.stage.text_normalization.numbers import decimal_of, say_number
from speech.stage.text_normalization.rules import NUMBER, Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary

# Single letters are a unit only of a larger number at the end of a clause: "15 A." but not "classe 3 A".
_LETTERS = frozenset("AVWs")
_TEN = 10
_FEMININE = {"de": ("Minute", "Stunde", "Sekunde", "Meile", "Milliamperestunde"), "it": ("ora",), "en": ()}
_CLOSING = r"(?:[\"”″]|''|’’)"
_DURATION = rf"(?<![\w'’.,])(?P<minutes>\d{{1,2}})['’′](?P<seconds>[0-5]\d){_CLOSING}(?!\w)"
_CLOSING = r"(?:[\"”″]|''|’’)"
_DURATION = rf"(?<![\w'’.,])(?P<minutes>\d{{1,2}})['’′](?P<seconds>[0-5]\d){_CLOSING}(?!\w)"
_SECONDS = {"it": ("minuto", "minuti", "secondi"), "de": ("Minute", "Minuten", "Sekunden")}


def measure_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; all other units are left to the grammar."""
    unit = rf"(?P<unit>{any_of(vocabulary.units)})(?![\w²³/]|\.\w)(?P<end>(?=\s*(?:$|[.,;!?])))?"
    measure = re.compile(rf"(?<![\w.,/])(?P<number>{NUMBER})\s?{unit}")
    prime = re.compile(r"(?<![\w'’.,])(?P<number>\d{1,3})['’′](?=\s|$|[,;!?])")
    duration = Rule(re.compile(_DURATION), lambda found: _duration(found, vocabulary))
    return [
        Rule(measure, lambda found: _measure(found, vocabulary)),
        *(_english(vocabulary) if vocabulary.language == "en" else [duration]),
        Rule(prime, lambda found: f"{found['number']} {vocabulary['prime']}"),
    ]


def _measure(found: re.Match[str], vocabulary: Vocabulary) -> str:
    unit, number = found["unit"], decimal_of(found["number"], decimal_comma=vocabulary.decimal_comma)
    if number is None or (unit in _LETTERS and not _is_measure(number, found, vocabulary)):
        return found[0]
    one, many = vocabulary.units[unit]
    if number == 1:
        feminine = one in _FEMININE[vocabulary.language]
        return f"{say_one(vocabulary.language, feminine=feminine)} {one}"
    dot = "." if unit.endswith(".") and not found.string[found.end() :].strip() else ""
    return f"{say_number(number, vocabulary)} {many}{dot}"


def _duration(found: re.Match[str], vocabulary: Vocabulary) -> str:
    minute, minutes, seconds = _SECONDS[vocabulary.language]
    count = int(found["minutes"])
    first = say_one(vocabulary.language, feminine=minute in _FEMININE[vocabulary.language])
    said = f"{first} {minute}" if count == 1 else f"{say_integer(count, vocabulary.language)} {minutes}"
    return f"{said} {vocabulary['and']} {say_integer(int(found['seconds']), vocabulary.language)} {seconds}"


def _is_measure(number: Decimal, found: re.Match[str], vocabulary: Vocabulary) -> bool:
    return number >= _TEN and found["end"] is not None and vocabulary.language != "en"


def _english(vocabulary: Vocabulary) -> list[Rule]:
    height = re.compile(r"(?<!\w)(?P<feet>\d{1,2})['’′](?P<inches>\d{1,2})(?:[\"”″]|''|’’)?(?!\w)")
    rate = re.compile(rf"(?<![\w.,])(?P<number>\d[\d,.]*)\s?/\s?(?P<per>{any_of(vocabulary.rates)}|s|m)\b")
    inches = re.compile(r"(?<=ft )(?P<inches>\d{1,2}) in\b")
    lines = re.compile(r"\b(?P<lines>\d{3,4})p\b")  # of a picture: 1080p
    decade = re.compile(r"\b(?P<decade>(?:19|20)\d0) s\b")
    return [
        Rule(height, _height),
        Rule(
            rate,
            lambda found: f"{found['number']} {vocabulary.rates.get(found['per'], 'per ' + found['per'])}",
        ),
        Rule(inches, lambda found: f"{found['inches']} {'inch' if found['inches'] == '1' else 'inches'}"),
        Rule(lines, lambda found: f"{found['lines']} P"),
        Rule(decade, lambda found: f"{found['decade']}s"),
    ]


def _height(found: re.Match[str]) -> str:
    return f"{say_integer(int(found['feet']), 'en')} foot {say_integer(int(found['inches']), 'en')}"
