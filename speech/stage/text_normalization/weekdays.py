"""Says short weekdays: "am Fr. um 8", "sab 5", "Mon-Fri"."""

import re

from speech.stage.text_normalization.rules import Rule, any_of
from speech.stage.text_normalization.vocabulary import Vocabulary


def weekday_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for a short weekday after an introduction, before a digit, and for a range of them."""
    days = dict(zip(vocabulary.weekday_abbreviations, vocabulary.weekdays, strict=True))
    short, introductions = any_of(days), any_of(vocabulary.weekday_introductions)
    # In German several are words: "Sa. 5" but not "Do 5".
    dot = r"\." if vocabulary.language == "de" else r"\.?"
    before_digit = rf"(?<![\w.])(?P<day>{short}){dot}(?=,?\s\d)"
    introduced = rf"\b(?P<before>(?i:{introductions})\s)(?P<day>{short})\b\.?(?=\s|$|[,!?])"
    span = rf"(?<![\w.])(?P<first>{short})\.?\s?[-–]\s?(?P<last>{short})\b\.?"

    def from_to(found: re.Match[str]) -> str:
        return f"{days[found['first']]} {vocabulary['to']} {days[found['last']]}"

    return [
        Rule(re.compile(span), from_to),
        Rule(re.compile(introduced), lambda found: found["before"] + days[found["day"]]),
        Rule(re.compile(before_digit), lambda found: days[found["day"]]),
    ]
