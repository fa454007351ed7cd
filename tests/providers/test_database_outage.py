"""Failures of the database become an answer that says when to come back."""

from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from providers.database_outage import is_outage


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def _fail_by(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Have each request execute statements, of which the last one fails."""

    def find_api_token(*, key: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    monkeypatch.setattr("tenants.middleware.find_api_token", find_api_token)


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_a_503_and_other_requests_are_served(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_by(monkeypatch, "SET LOCAL statement_timeout = 1", "SELECT pg_sleep(60)")
    token = {"Authorization": "Bearer vv_x"}
    answer: Any = client.get("/api/v1/shows/", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unreachable")
    assert answer.headers["Retry-After"]
    assert client.get("/accounts/login/").status_code != 503


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.AdminShutdown("terminating"), True),
        (psycopg.errors.CannotConnectNow("starting up"), True),
        (psycopg.errors.TooManyConnections("no more"), True),
        (psycopg.errors.QueryCanceled("timeout"), False),
        (psycopg.errors.LockNotAvailable("timeout"), False),
        (psycopg.errors.DeadlockDetected("deadlock"), False),
    ],
)
def test_only_a_database_that_is_away_stops_further_requests(cause: Exception, expected: bool) -> None:
    error = OperationalError()
    error.__cause__ = cause
    assert is_outage(error) is expected


def test_every_connection_has_limits() -> None:
    options = connection.settings_dict["OPTIONS"]
    assert options["connect_timeout"] == 2
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {name}=" in options["options"]
