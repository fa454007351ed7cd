import json

import pytest

from bench import planner


def test_the_bench_ends_with_its_figures_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    planner.main([])

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(report["figures"]) == {"lines", "repetition_ms", "scoring_ms", "offline_reply"}
    assert all(name.split(".")[0] in report["figures"] for name in report["targets"])
