"""Tests `evaluate_moderation`."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.errors import ModerationError
from moderation.evaluation import EvaluationCase, flags_of
from moderation.stage.model_gate import Flag, Flags
from tests.fakes.model_gate import FakeModelGate
from tests.fakes.openai_moderation import FakeOpenAIModeration, Judged

DATA = Path(__file__).parent.parent / "data"


def test_a_suite_is_printed_one_functionality_a_line() -> None:
    output = StringIO()
    call_command(
        "evaluate_moderation", DATA / "moderation" / "hatecheck_it.csv", "--language", "it", stdout=output
    )

    lines = {line.split()[0]: line.split() for line in output.getvalue().splitlines() if line}
    assert lines["slur_h"][1:4] == ["25", "25", "100.0"]
    assert lines["ident_pos_nh"][2] == "0"
    assert output.getvalue().index("recall") < output.getvalue().index("false positives")


def test_in_safe_mode_foul_words_count_as_high() -> None:
    output = StringIO()
    path = DATA / "moderation" / "hatecheck_en.csv"
    call_command("evaluate_moderation", path, "--safe-mode", stdout=output)

    [line] = [line.split() for line in output.getvalue().splitlines() if line.startswith("profanity_nh")]
    assert line[1] == line[2]


@pytest.mark.parametrize("content", [None, "a,b\n1,2\n", b"functionality,test_case,label_gold\n\xff,b,c\n"])
def test_a_file_that_is_no_suite_is_refused(tmp_path: Path, content: str | bytes | None) -> None:
    path = tmp_path / "cases.csv"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(CommandError):
        call_command("evaluate_moderation", path)


SUITE = """functionality,test_case,label_gold
negate_pos_h,they are no people,hateful
negate_pos_h,they do not belong here,hateful
ident_neutral_nh,they live next door,non-hateful
ident_neutral_nh,they went to school,non-hateful
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(SUITE, encoding="utf-8")
    return path


def with_model(fake: FakeOpenAIModeration, settings: Any, suite: Path) -> str:
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "x", fake.base_url
    output = StringIO()
    call_command("evaluate_moderation", suite, "--model", stdout=output)
    return output.getvalue()


def test_a_model_gets_columns_of_its_own(settings: Any, suite: Path) -> None:
    def judge(text: str) -> Judged:
        return Judged((("hate", 0.9),)) if "no people" in text else Judged()

    with FakeOpenAIModeration(judge=judge) as fake:
        lines = with_model(fake, settings, suite).splitlines()
    rows = {line.split()[0]: line.split() for line in lines if line}
    assert lines[0].split()[-4:] == ["model", "%", "together", "%"]
    assert rows["negate_pos_h"] == ["negate_pos_h", "2", "0", "0.0", "0.0", "50.0", "50.0"]
    assert rows["ident_neutral_nh"][-2:] == ["0.0", "0.0"]
    assert len(fake.requests) == 4


def test_a_model_is_asked_about_a_few_cases_at_once(settings: Any, suite: Path) -> None:
    suite.write_text(SUITE + "ident_neutral_nh,they smile,non-hateful\n" * 60, encoding="utf-8")
    with FakeOpenAIModeration() as fake:
        with_model(fake, settings, suite)
    assert len(fake.requests) == 64
    assert 1 <= fake.most_at_once <= 8


async def test_a_case_is_asked_about_again_and_none_is_taken_for_harmless_unasked() -> None:
    cases = [EvaluationCase(functionality="f", test_case=text, label_gold="hateful") for text in ("a", "b")]
    faults: dict[str, Flags | ModerationError] = {"a": ModerationError("zebra"), "b": Flags((Flag.HATE,))}
    gate = FakeModelGate(faults)
    assert await flags_of(cases, gate, pause_s=0.0) == [None, True]
    assert gate.texts.count("a") == 4


@pytest.mark.parametrize("status", [401, 404])
def test_a_model_that_cannot_be_asked_is_told_at_once(status: int, settings: Any, suite: Path) -> None:
    with FakeOpenAIModeration(Judged(status=status)) as fake, pytest.raises(CommandError, match=str(status)):
        with_model(fake, settings, suite)


def test_without_a_key_no_model_can_be_asked(suite: Path) -> None:
    with pytest.raises(CommandError, match="OPENAI_API_KEY"):
        call_command("evaluate_moderation", suite, "--model")
