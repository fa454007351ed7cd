"""How the labelled chats are answered without a language model."""

import pytest

from bench.evaluate_host import LANGUAGES, grade_chat, rows_of
from tests.architecture.sources import ROOT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_labelled_chat_has_400_lines_and_most_ask_for_nothing_or_for_one_thing(language: str) -> None:
    rows = list(rows_of(ROOT / f"tests/data/host/chat_{language}.jsonl"))
    assert len(rows) == 400
    assert sum(not row["intents"] for row in rows) >= 180


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_are_to_the_point(language: str) -> None:
    shares = grade_chat(language)
    assert shares["to_the_point"] >= 0.7
    assert shares["answered"] >= 0.7
    assert shares["deflected"] <= 0.125
