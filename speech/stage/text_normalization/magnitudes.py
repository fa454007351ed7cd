"""Says magnitudes after a count: "1.2M likes", "10k follower", "5 Mio. Leute"."""

import re

from speech.stage.text_normalization.grammar import say_integer
from speech.stage.text_normalization.numbers import decimal_of, magnitude_of, say_magnitude
from speech.stage.text_normalization.rules import NUMBER, Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary

# What is counted in a live: behind a number with a small m it tells millions from metres.
_COUNTED = (
    "like|likes|view|views|follower|followers|follows|sub|subs|subscribers|people|users|fans|downloads|plays"
    "|streams|diamonds|coins|Follower|Likes|Aufrufe|di"
)
# Signs that stand for a magnitude only in an amount of money.
_OF_MONEY = frozenset(("m", "b", "T"))
_LONGEST_SIGN = 4  # longer ones are words, which the grammar reads
_SCREEN = re.compile(r"[248]K")
_MILLIONS = ("milione", "milioni", "miliardo", "miliardi")
_NO_JOINT = frozenset(
    ("di", "d", "e", "ed", "o", "a", "in", "per", "con", "su", "da", "che", "è", "sono", "non", "più", "meno")
)


def magnitude_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for a number with a magnitude, and for Italian millions in digits before a noun."""
    written = (sign for each in vocabulary.magnitudes.values() for sign in each.signs)
    signs = any_of(
        sign for sign in written if len(sign.rstrip(".")) <= _LONGEST_SIGN and sign not in _OF_MONEY
    )
    small_m = rf"|m(?=\s+(?:{_COUNTED})\b)" if vocabulary.language == "en" else ""
    follower = rf"(?=\s*(?P<counted>(?:{_COUNTED})\b)?)(?=(?:\s+(?P<next>\w+))?)"
    count = rf"(?<![\w.,])(?P<number>{NUMBER})\s?(?P<sign>{signs}{small_m})(?!\w|\.\w){follower}"
    rules = [Rule(re.compile(count), lambda found: _count(found, vocabulary))]
    if vocabulary.language == "it":
        whole = r"(?<![\w.,])(?P<number>\d{1,3}(?:[.,]?000){2,})(?![.,]?\d)(?=\s+(?P<next>\w+))"
        rules.append(Rule(re.compile(whole), _whole_millions))
    return rules


def _count(found: re.Match[str], vocabulary: Vocabulary) -> str:
    number, sign = decimal_of(found["number"], decimal_comma=vocabulary.decimal_comma), found["sign"]
    magnitude = magnitude_of(sign, vocabulary)
    # "4K video" is a picture, "4K likes" are four thousand.
    is_screen = _SCREEN.fullmatch(found[0]) and not found["counted"]
    # "2B" alone is a class, a flat or a pencil.
    is_label = sign == "B" and found["number"].isdigit() and not found["counted"]
    if number is None or magnitude is None or is_screen or is_label:
        return found[0]
    said = say_magnitude(number, magnitude, vocabulary)
    dot = "." if sign.endswith(".") and not found["next"] else ""
    return said + dot + (_joint(said, found["next"]) if vocabulary.language == "it" else "")


def _whole_millions(found: re.Match[str]) -> str:
    said = say_integer(int(re.sub(r"\D", "", found["number"])), "it")
    return said + _joint(said, found["next"])


def _joint(said: str, follower: str | None) -> str:
    """Return the " di" that Italian says between whole millions and a noun."""
    if not said.endswith(_MILLIONS) or not follower or follower.isdigit():
        return ""
    return "" if follower.casefold() in _NO_JOINT else " di"
