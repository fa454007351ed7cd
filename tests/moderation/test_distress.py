"""People in distress are found in their own words, and jokes are not taken for distress."""

import json
from typing import Any

import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Action
from tests.architecture.sources import ROOT

LEAST_FOUND = 0.95
MOST_FALSE = 1
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (ROOT / "tests/data/moderation/distress.jsonl").read_text(encoding="utf-8").splitlines()
]
MODERATOR = Moderator((), shipped=shipped_lexicon())


def is_help(text: str) -> bool:
    return MODERATOR.review(text).action is Action.HELP


@pytest.mark.parametrize("language", ["it", "en", "de"])
def test_at_least_95_percent_of_80_lines_are_found(language: str) -> None:
    lines = [row["text"] for row in ROWS if row["language"] == language and row["outcome"] == "help"]
    assert len(lines) >= 80
    missed = [line for line in lines if not is_help(line)]
    assert len(missed) <= (1 - LEAST_FOUND) * len(lines), missed


def test_hardly_any_of_200_jokes_is_taken_for_distress() -> None:
    jokes = [row["text"] for row in ROWS if row["outcome"] == "no_help"]
    assert len(jokes) >= 200
    wrong = [joke for joke in jokes if is_help(joke)]
    assert len(wrong) <= MOST_FALSE, wrong


def test_an_idiom_does_not_hide_distress_in_the_same_line() -> None:
    assert is_help("muoio di fame ma tanto voglio uccidermi")
    assert is_help("not laughing, i want to kill myself")


def test_a_threat_beside_distress_is_no_call_for_help() -> None:
    assert MODERATOR.review("voglio morire e ti ammazzo").action is Action.IGNORE
