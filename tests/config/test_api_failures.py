"""Everything below /api/ answers in JSON: with a code, and with an id that the log names too."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from config.server.refusals import TOO_LARGE, answer
from planner.models import Persona
from tenants.models import Tenant, User

ID = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    client = api_for(alice)
    client.raise_request_exception = False
    return client


def broken(error: Exception) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise error

    return refuse


def code_of(response: Any, status: int) -> str:
    """Return the code of an error of the API in its one shape."""
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/json")
    body = response.json()
    assert body["detail"]
    assert ID.fullmatch(body["request_id"])
    assert body["request_id"] == response.headers["X-Request-ID"]
    return str(body["code"])


def test_a_fault_of_ours_is_answered_in_json_and_logged_with_its_id(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Persona.objects, "filter", broken(RuntimeError("bug")))
    with caplog.at_level(logging.ERROR, "django.request"):
        response = api.get("/api/v1/personas/")
    assert code_of(response, 500) == "server_error"
    assert "bug" not in response.content.decode()
    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert record.request.request_id == response.json()["request_id"]  # type: ignore[attr-defined]


def test_a_database_that_is_away_is_answered_in_json(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    timed_out = OperationalError("cancelled")
    timed_out.__cause__ = type("Cancelled", (Exception,), {"sqlstate": "57014"})()
    monkeypatch.setattr(Persona.objects, "filter", broken(timed_out))
    assert code_of(api.get("/api/v1/personas/"), 503) == "database_unreachable"


@pytest.mark.parametrize("path", ["/api/", "/api/v2/shows/", "/api/v1x/"])
def test_an_address_outside_the_version_is_answered_in_json(db: None, path: str) -> None:
    assert code_of(Client().get(path), 404) == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "nothing/", "", 404, "not_found"),
        ("DELETE", "shows/", "", 405, "method_not_allowed"),
        ("POST", "shows/", "{", 400, "parse_error"),
        ("POST", "shows/", "{}", 400, "invalid"),
        ("POST", "shows/", '{"name": "' + "a" * 300_000 + '"}', 413, "too_large"),
    ],
)
def test_every_refusal_has_a_code_and_an_id(
    api: APIClient, method: str, path: str, body: str, status: int, code: str
) -> None:
    response = api.generic(method, f"/api/v1/{path}", body, "application/json")
    assert code_of(response, status) == code


def test_a_request_without_a_token_has_a_code_and_an_id(db: None) -> None:
    assert code_of(APIClient().get("/api/v1/shows/"), 401) == "not_authenticated"


def test_the_servers_own_refusal_has_a_code_and_an_id() -> None:
    head, _, body = answer(TOO_LARGE, path=b"/api/v1/shows/", languages=b"en").decode().partition("\r\n\r\n")
    request_id = re.search(r"X-Request-ID: (\w+)", head)
    assert request_id
    assert f'"request_id": "{request_id[1]}"' in body
    assert '"code": "too_large"' in body


def test_a_page_that_does_not_exist_stays_a_page(db: None) -> None:
    response = Client().get("/nothing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
    assert ID.fullmatch(response.headers["X-Request-ID"])


def test_a_request_cannot_choose_its_own_id(db: None) -> None:
    response = Client().get("/", headers={"X-Request-ID": "mine"})
    assert ID.fullmatch(response.headers["X-Request-ID"])
