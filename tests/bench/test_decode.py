import json
from itertools import islice
from pathlib import Path

import pytest
from django.conf import settings

from bench import decode
from bench.report import BenchError

CAPTURE = Path(settings.BASE_DIR) / "recordings" / "tiktok_capture.jsonl"


def test_the_last_line_is_the_measurement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = tmp_path / "few.jsonl"
    with CAPTURE.open(encoding="utf-8") as lines:
        few.write_text("".join(islice(lines, 12)), encoding="utf-8")
    decode.main([str(few)])
    heading, *rows, last = capsys.readouterr().out.splitlines()
    report = json.loads(last)
    assert set(report) == {"figures", "targets", "met", "machine", "calibration"}
    assert report["figures"]["messages"] == 12
    assert len(rows) == len(report["figures"]["decode_us_by_kind"])
    assert all(cost > 0 for cost in report["figures"]["decode_us_by_kind"].values())
    assert "µs" in heading


@pytest.mark.parametrize(
    "text", ["", "no json", "{}", "[1]", '{"method": "x", "payload": "*", "msg_id": "1"}']
)
def test_what_is_no_capture_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BenchError):
        decode.main([str(file)])
