"""Measures how well moderation finds hate in a test suite, by functionality."""

import asyncio
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from moderation.errors import ModerationError
from moderation.stage.model_gate import ModelGate
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Risk

HATEFUL = "hateful"
ASKED_AT_ONCE = 8
TRIES = 4


class EvaluationCase(TypedDict):
    """One row of a file in HateCheck's format."""

    functionality: str
    test_case: str
    label_gold: str


@dataclass(frozen=True, slots=True)
class FunctionalityScore:
    """The judgements of one functionality's cases: how many high, how many medium.

    `flagged` counts cases that a model flags, `stopped` those that it flags or that the rules judge high.
    """

    functionality: str
    hateful: bool
    cases: int
    high: int
    medium: int
    flagged: int = 0
    stopped: int = 0

    @property
    def rate(self) -> float:
        """Recall for hateful cases, the false-positive rate for the others."""
        return self.high / self.cases


def read_cases(path: Path) -> list[EvaluationCase]:
    """Read a suite. Raise `KeyError` for a missing column, `OSError` for an unreadable file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            EvaluationCase(
                functionality=row["functionality"], test_case=row["test_case"], label_gold=row["label_gold"]
            )
            for row in csv.DictReader(file)
        ]


def evaluate(
    cases: Sequence[EvaluationCase], moderator: Moderator, *, flagged: Sequence[bool | None] = ()
) -> list[FunctionalityScore]:
    """Judge every case; return a score for each functionality, the hateful ones first.

    `flagged` holds a model's answer for each case, None where there is none.
    """
    judged: Counter[tuple[str, bool, Risk, bool]] = Counter()
    for case, is_flagged in zip(cases, flagged or [None] * len(cases), strict=True):
        risk = moderator.review(case["test_case"]).risk
        judged[case["functionality"], case["label_gold"] == HATEFUL, risk, bool(is_flagged)] += 1
    return sorted(_scores(judged), key=lambda score: (not score.hateful, score.functionality))


async def flags_of(
    cases: Sequence[EvaluationCase], gate: ModelGate, *, pause_s: float = 2.0
) -> list[bool | None]:
    """Return whether a model flags each case, with a few requests at once.

    None where it does not answer after several retries. Raises `ModerationError` when it never answers.
    """
    answers: list[bool | None] = [None] * len(cases)
    waiting = iter(enumerate(cases))

    async def ask_on() -> None:
        for place, case in waiting:
            answers[place] = await _is_flagged(case["test_case"], gate, pause_s)

    await asyncio.gather(*(ask_on() for _ in range(ASKED_AT_ONCE)))
    return answers


async def _is_flagged(text: str, gate: ModelGate, pause_s: float) -> bool | None:
    for attempt in range(1, TRIES + 1):
        try:
            return bool((await gate.review(text)).found)
        except ModerationError as error:
            if error.permanent:
                raise
            await asyncio.sleep(pause_s * attempt)
    return None


def _scores(judged: Counter[tuple[str, bool, Risk, bool]]) -> Iterator[FunctionalityScore]:
    for name, hateful in {(name, hateful) for name, hateful, _, _ in judged}:
        of = {
            risk: [judged[name, hateful, risk, is_flagged] for is_flagged in (False, True)] for risk in Risk
        }
        high, medium = sum(of[Risk.HIGH]), sum(of[Risk.MEDIUM])
        flagged = sum(counts[True] for counts in of.values())
        yield FunctionalityScore(
            name,
            hateful,
            cases=high + medium + sum(of[Risk.LOW]),
            high=high,
            medium=medium,
            flagged=flagged,
            stopped=flagged + of[Risk.HIGH][False],
        )
