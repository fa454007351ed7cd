import json
from pathlib import Path

import pytest

from bench import moderation
from bench.report import BenchError


def test_the_bench_ends_with_its_figures_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    moderation.main([])

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(report) == {"figures", "targets", "met", "machine", "calibration"}
    assert report["figures"]["terms"] == 20_000
    assert set(report["targets"]) <= set(report["figures"])


def test_the_bench_needs_chat_lines(tmp_path: Path) -> None:
    with pytest.raises(BenchError):
        moderation.main(["--chat", str(tmp_path)])
