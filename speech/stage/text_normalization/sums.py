"""Says sums, comparisons, ranges and scores."""

import re

from speech.stage.text_normalization.rules import NUMBER, Rule
from speech.stage.text_normalization.vocabulary import Vocabulary

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# What is said before a score, so that 2-3 is no range.
_WON = re.compile(
    r"\b(?:vin\w+|pers\w+|finit\w+|risultato|punteggio|pareggi\w+|partita|batt\w+|won|lost|beat|score\w*|tied?|match"
    r"|gewinn\w*|gewann|gewonnen|verl\w+|steht|spiel|ergebnis|siegt\w*|endete\w*)\b[^.!?]{0,20}$",
    re.IGNORECASE,
)
_HIGHEST_SCORE = 30


def sum_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; the numbers stay in digits."""
    minus, after_number = vocabulary["minus"], r"(?=\s?[(\d]|\s?[a-z]\b)"
    # With a result behind it, a hyphen between numbers is a minus.
    has_result = r"(?=\d+(?:[.,]\d+)?\s?(?:=|fa\b|is\b|equals\b|uguale\b|macht\b|ist\b|gleich\b))"
    signs = (
        (r"(?<=\d)\s?[*×·]\s?(?=\d)|(?<=\d)\s?[xX]\s?(?=\d)", f" {vocabulary['times']} "),
        (r"(?:(?<=\s)|^)[xX×](?=\s?\d)", f"{vocabulary['times']} "),
        (r"(?<=\d)\s?÷\s?(?=\d)|(?<=\d) [:/] (?=\d)", f" {vocabulary['divided']} "),
        (rf"(?<=[\w)%])\s?\+\s?{after_number}", f" {vocabulary['plus']} "),
        (rf"(?<=[\w)%])\s?=\s?{after_number}", f" {vocabulary['equals']} "),
        (r"(?<![\w.,+-])\+(?=\d)", f"{vocabulary['plus']} "),
        (r"(?:(?<=\s)|^)\+(?=\s|$)", vocabulary["plus"]),
        (r"(?<![\w.,])[−–-](?=\d)", f"{minus} "),
        (r"(?<=[A-Za-z\d+])\+(?=[+\s,.;:!?)]|$)", f" {vocabulary['plus']}"),
        (r"(?<=\d)\s?>\s?(?=\d)", f" {vocabulary['greater']} "),
        (r"(?<=\d)\s?<\s?(?=\d)", f" {vocabulary['less']} "),
        (r"(?<=\d)\^(?=\d)", f" {vocabulary['power']} "),
        (r"√\s?(?=\d)", f"{vocabulary['root']} "),
        (r"(?<=[\d)])²(?!\w)", f" {vocabulary['squared']}"),
        (r"(?<=[\d)])³(?!\w)", f" {vocabulary['cubed']}"),
    )
    number_range = rf"(?<![\w.,:/-])(?P<first>{NUMBER})\s?[-–—]\s?(?P<second>{NUMBER})(?![\d:/-]|[.,]\d)"
    return [
        _replacing(rf"(?:(?<=\d)|(?<=\b[a-z]))\s?[-–−]\s?{has_result}", f" {minus} "),
        Rule(re.compile(number_range), lambda found: _range(found, vocabulary)),
        *(_replacing(pattern, said) for pattern, said in signs),
        Rule(re.compile(r"(?<!m)[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?!\w)"), lambda found: f" {found[0].translate(_RAISED)}"),
    ]


def _replacing(pattern: str, said: str) -> Rule:
    return Rule(re.compile(pattern), lambda _: said)


def _range(found: re.Match[str], vocabulary: Vocabulary) -> str:
    first, second = found["first"], found["second"]
    is_small = all(number.isdigit() and int(number) <= _HIGHEST_SCORE for number in (first, second))
    is_score = is_small and (int(first) >= int(second) or bool(_WON.search(found.string, 0, found.start())))
    if vocabulary.language == "en" and len(first) == 4 and len(second) == 3 and first.isdigit():
        first = f"{int(first):,}"  # no year
    return f"{first} {vocabulary['score_to' if is_score else 'to']} {second}"
