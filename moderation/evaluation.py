"""How well the gate finds hate in a suite of cases, one functionality at a time."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Risk

HATEFUL = "hateful"


class Case(TypedDict):
    """One row of a HateCheck-shaped file."""

    functionality: str
    test_case: str
    label_gold: str


@dataclass(frozen=True, slots=True)
class Score:
    """Of one functionality: how many cases were judged high, and how many medium."""

    functionality: str
    hateful: bool
    cases: int
    high: int
    medium: int

    @property
    def rate(self) -> float:
        """Recall where the cases are hateful, the false-positive rate where they are not."""
        return self.high / self.cases


def read_cases(path: Path) -> list[Case]:
    """Read a suite. Raise `KeyError` where a column is missing, `OSError` where the file cannot be read."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Case(functionality=row["functionality"], test_case=row["test_case"], label_gold=row["label_gold"])
            for row in csv.DictReader(file)
        ]


def evaluate(cases: Iterable[Case], moderator: Moderator) -> list[Score]:
    """Judge every case; return a score for each functionality, the hateful ones first."""
    judged: Counter[tuple[str, bool, Risk]] = Counter()
    for case in cases:
        verdict = moderator.review(case["test_case"])
        judged[case["functionality"], case["label_gold"] == HATEFUL, verdict.risk] += 1
    return sorted(_scores(judged), key=lambda score: (not score.hateful, score.functionality))


def _scores(judged: Counter[tuple[str, bool, Risk]]) -> Iterator[Score]:
    for name, hateful in {(name, hateful) for name, hateful, _ in judged}:
        high, medium, low = (judged[name, hateful, risk] for risk in (Risk.HIGH, Risk.MEDIUM, Risk.LOW))
        yield Score(name, hateful, high + medium + low, high, medium)
