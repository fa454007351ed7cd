"""The addresses that an orchestrator and Prometheus ask: whether a process lives, works, and how well."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from providers.status import checks
from providers.status.checks import ReadinessProbe, check_migrations, check_object_stores, check_redis

TOKEN = {"authorization": "Bearer metrics-of-the-tests"}


@pytest.fixture
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "REUSED_S", -1.0)


def test_a_process_says_that_it_lives_without_host_and_https_and_database(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(headers={"host": "10.1.2.3:8000"}).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.usefixtures("_asked_anew")
@pytest.mark.django_db
def test_a_process_that_can_work_says_so(redis_client: object) -> None:
    answer = Client(headers={"host": "10.1.2.3"}).get("/readyz")
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "redis": "ok", "object_store": "ok"},
    }
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_missing_migrations_are_counted() -> None:
    MigrationRecorder(connection).record_unapplied("tenants", "0001_initial")
    assert check_migrations() == "1 not applied: run manage.py migrate"


@pytest.mark.django_db
def test_migrations_of_a_newer_release_do_no_harm() -> None:
    MigrationRecorder(connection).record_applied("tenants", "9999_of_tomorrow")
    assert check_migrations() == "ok"


def test_redis_that_is_away_is_named(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert check_redis() == "does not answer"


def test_a_store_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    stores = {"lines": FileSystemStorage(location=blocked / "lines"), "replies": storages["replies"]}
    monkeypatch.setattr("providers.status.checks.storages", stores)
    assert check_object_stores() == "cannot be used: lines"


def test_one_failing_check_makes_the_process_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    results = {"database": "ok", "redis": "does not answer"}
    monkeypatch.setattr(ReadinessProbe, "results", lambda self: results)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["checks"]["redis"] == "does not answer"


def test_results_are_reused_for_a_moment() -> None:
    asked: list[str] = []

    def check() -> str:
        asked.append("database")
        return "ok"

    probe = ReadinessProbe({"database": check})
    probe._results, probe._asked_s = {"database": "as before"}, float("inf")
    assert probe.results() == {"database": "as before"}
    assert asked == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_else_is_answered_there(path: str) -> None:
    assert Client().post(path).status_code in (403, 404)


def test_metrics_need_the_token(settings: Any) -> None:
    assert Client().get("/metrics").status_code == 401
    assert Client(headers={"authorization": "Bearer wrong"}).get("/metrics").status_code == 401
    settings.METRICS_TOKEN = ""
    assert Client(headers={"authorization": "Bearer "}).get("/metrics").status_code == 404
