"""Runs the bench of many lives for real, only shorter."""

import json

import pytest
from django_scopes import scopes_disabled

from bench import lives
from bench.report import BenchError
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant, User


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_bench_hears_its_lives_mutes_them_and_leaves_nothing_behind(
    redis_client: object,
    server_environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", server_environment["TEST_DATABASE_URL"])
    monkeypatch.setenv("TEST_REDIS_URL", server_environment["TEST_REDIS_URL"])
    monkeypatch.setattr(lives, "SETTLES_S", 0.5)
    lives.main(["--steps", "1,3", "--seconds", "6", "--workers", "2", "--capacity", "1"])

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    figures = report["figures"]
    assert (figures["lives_1"]["lives"], figures["lives_1"]["waiting"]) == (1, 0)
    assert (figures["lives_3"]["lives"], figures["lives_3"]["waiting"]) == (2, 1)
    assert figures["lives_3"]["lives_by_worker"] == [1, 1]
    for step in (figures["lives_1"], figures["lives_3"]):
        assert step["replies"] > 1
        assert 0 < step["p50_ms"] <= step["p95_ms"] <= step["max_ms"]
        assert step["mute_ms"]["told"] > 0
        assert step["frames_per_s"] > 0
        assert 0 < step["loop_lag_ms"]["p50"] <= step["loop_lag_ms"]["p99"]
        assert min(step["rss_mb"].values()) > 10.0
    assert figures["failed"] == 0
    assert set(report["targets"]) == {"failed", "mute_ms"}
    with scopes_disabled():
        assert [model.objects.count() for model in (Reply, LiveSession, Tenant, User)] == [0, 0, 0, 0]


def test_the_targets_are_those_of_the_measured_steps() -> None:
    assert {target.figure for target in lives.targets_of([1, 60, 120])} == {
        "failed",
        "mute_ms",
        "lives_60.p95_ms",
        "lives_60.loop_lag_ms.p99",
        "lives_120.p95_ms",
        "lives_120.loop_lag_ms.p99",
    }


def test_steps_that_are_no_numbers_of_lives_are_refused() -> None:
    for steps in ("0", "-1,20", "many", ""):
        with pytest.raises(BenchError):
            lives.main([f"--steps={steps}"])
