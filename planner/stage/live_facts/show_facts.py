"""Finds the fact of a show that answers a question, in the creator's own words."""

import re
from collections.abc import Mapping

from planner.stage.choice.line_features import fold

FACT = "fact"
MAX_CHARACTERS = 180
# What a fact about a subject speaks of, in Italian, English and German; folded.
_SUBJECTS: Mapping[str, re.Pattern[str]] = {
    "price": re.compile(
        r"[€$£]|\b(?:euro|dollar|pound|prezz\w*|cost\w*|price\w*|preis\w*|kostet\w*|kosten|scont\w*|discount\w*"
        r"|rabatt\w*|spedi\w*|shipping|versand|ordin\w*|order\w*|bestell\w*|negozio|shop|store|compr\w*|buy|kauf\w*)"
    ),
    "schedule": re.compile(
        r"\d\s?(?::\d\d|uhr|pm|am|h\b)|\b(?:ogni|alle \d|every|at \d|um \d|jeden|live il|lunedi|martedi"
        r"|mercoledi|giovedi|venerdi|sabato|domenica|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag\w*"
        r"|dienstag\w*|mittwoch\w*|donnerstag\w*|freitag\w*|samstag\w*|sonntag\w*|weekend|settimana|woche|week)"
    ),
    "support": re.compile(
        r"\b(?:abbon\w*|subscri\w*|abo\b|dona\w*|donat\w*|spende\w*|regal\w*|gift\w*|geschenk\w*)"
    ),
    "language": re.compile(
        r"\b(?:lingu\w*|language\w*|sprach\w*|italian\w*|english|inglese|deutsch|tedesco)"
    ),
    "topic": re.compile(
        r"\b(?:parl\w*|tema|talk\w*|about|topic|thema|heute|oggi|today|stasera|tonight|geht es)"
    ),
}
_WORD = re.compile(r"\w{4,}")


def fact_about(intent: str, facts: str, question: str) -> str:
    """Return the line of the facts that speaks of the intent's subject and shares most words; or nothing."""
    subject = _SUBJECTS[intent]
    asked = set(_WORD.findall(fold(question)))
    lines = [line.strip(" -•*\t") for line in facts.splitlines()]
    fitting = [line for line in lines if line and len(line) <= MAX_CHARACTERS and subject.search(fold(line))]
    return max(fitting, key=lambda line: len(asked.intersection(_WORD.findall(fold(line)))), default="")
