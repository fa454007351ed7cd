import json

import pytest

from bench.report import REFERENCE_CALIBRATION_MS, Target, make_report, reported

TIME = Target("voice.p95_ms", at_most=20.0, scaled=True)
RATE = Target("per_s", at_least=3_000, scaled=True)
ROWS = Target("rows_missing", at_most=0)


def figures(*, p95_ms: float = 20.0, per_s: float = 3_000, rows_missing: int = 0) -> dict[str, object]:
    return {"voice": {"p95_ms": p95_ms}, "per_s": per_s, "rows_missing": rows_missing}


@pytest.mark.parametrize(
    ("measured", "slowness", "met"),
    [
        (figures(), 1.0, True),
        (figures(p95_ms=20.1), 1.0, False),
        (figures(per_s=2_999), 1.0, False),
        (figures(rows_missing=1), 1.0, False),
        (figures(p95_ms=40.0, per_s=1_500), 2.0, True),
        (figures(p95_ms=40.1, per_s=1_500), 2.0, False),
        (figures(p95_ms=40.0, per_s=1_499), 2.0, False),
        (figures(rows_missing=1), 2.0, False),  # no machine is too slow to be right
        (figures(p95_ms=10.1, per_s=6_000), 0.5, False),  # and a fast one has less time
    ],
)
def test_targets_grow_and_shrink_with_the_machine(
    measured: dict[str, object], slowness: float, met: bool
) -> None:
    report = make_report(measured, (TIME, RATE, ROWS), slowness * REFERENCE_CALIBRATION_MS)
    assert report["met"] is met


def test_a_report_tells_the_limits_of_its_run() -> None:
    report = make_report(figures(), (TIME, RATE, ROWS), 2 * REFERENCE_CALIBRATION_MS)
    assert report["targets"] == {
        "voice.p95_ms": {"at_most": 40.0, "at_reference": 20.0},
        "per_s": {"at_least": 1_500, "at_reference": 3_000},
        "rows_missing": {"at_most": 0},
    }


def test_a_figure_may_have_a_limit_on_either_side() -> None:
    targets = (Target("drift_ms", at_most=50.0), Target("drift_ms", at_least=-50.0))
    report = make_report({"drift_ms": -51.0}, targets, REFERENCE_CALIBRATION_MS)
    assert report["targets"] == {"drift_ms": {"at_most": 50.0, "at_least": -50.0}}
    assert report["met"] is False


def test_the_calibration_is_timed_in_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with reported((ROWS,)) as measured:
        measured["rows_missing"] = 0
    report = json.loads(capsys.readouterr().out)
    assert report["calibration"]["ms"] > 0
    assert report["met"] is True
