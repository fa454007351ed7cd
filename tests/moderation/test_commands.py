"""`evaluate_moderation` and `bench_moderation`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

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


def test_the_bench_ends_with_its_figures_as_json() -> None:
    output = StringIO()
    call_command("bench_moderation", stdout=output)

    report = json.loads(output.getvalue().splitlines()[-1])
    assert set(report) == {"figures", "targets", "met"}
    assert report["figures"]["terms"] == 20_000
    assert set(report["targets"]) <= set(report["figures"])


def test_the_bench_needs_chat_lines(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("bench_moderation", "--chat", tmp_path)
