"""No request that is wrong in its shape is an error of the server: pages, forms and the REST API."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from tenants.api.parsers import MAX_BYTES, MAX_DEPTH
from tenants.models import User
from tests.config.served import address, api, pages
from tests.config.test_recorded_routes import OF_A_KIND

pytestmark = pytest.mark.slow

QUERY = (
    "after",
    "before",
    "category",
    "kind",
    "language",
    "limit",
    "next",
    "offset",
    "page",
    "persona",
    "risk",
)
QUERY_VALUES = ("\x00", "9" * 40, "2026-13-45T99_1")
FIELDS = ("text", "name", "line", "language", "show", "voice", "persona", "word")
FORMS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "only a text": {"text": "Ciao"},
    "a NUL": dict.fromkeys(FIELDS, "a\x00b"),
    "lists": {name: ["a", "b"] for name in FIELDS},
}
BODIES = {
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 500 + b"]" * 500,
    "deep objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "deep in a field": b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}",
    "a list": b"[]",
    "a number": b"1",
    "a text": b'"x"',
    "null": b"null",
    "nothing": b"",
    "not JSON": b"{",
    "not a number": b'{"name": NaN}',
    "many digits": b'{"name": ' + b"9" * 5_000 + b"}",
    "not UTF-8": b'{"name": "\xff"}',
    "half a character": rb'{"name": "\ud800", "text": "\ud800"}',
    "a NUL": rb'{"name": "\u0000", "text": "\u0000"}',
    "too long": b'{"name": "' + b"a" * MAX_BYTES + b'"}',
}
SERVED_PAGES = sorted(path for path in pages() if "(" not in path and not path.startswith("/accounts/logout"))


def failures(asked: Mapping[str, Callable[[], Any]]) -> list[str]:
    """Return which of the requests were answered with a server error, each undone afterwards."""
    failed = []
    for name, ask in asked.items():
        with transaction.atomic():
            answer = ask()
            if answer.status_code >= 500:
                failed.append(f"{name}: {answer.status_code} {answer.exc_info and answer.exc_info[1]!r}")
            transaction.set_rollback(True)
    return failed


def send(client: APIClient, method: str, path: str, body: bytes) -> Any:
    return client.generic(method, path, body, "application/json")  # type: ignore[arg-type]  # bytes, too


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "page"])
def test_no_form_is_a_server_error(
    everything: dict[str, str], alice: User, client_for: Callable[[User], Client], form: Any, htmx: bool
) -> None:
    browser, values = client_for(alice), {**OF_A_KIND, **everything}
    browser.raise_request_exception = False
    headers = {"HX-Request": "true"} if htmx else {}
    asked = {
        path: partial(browser.post, address(path, values), form, headers=headers) for path in SERVED_PAGES
    }
    assert failures(asked) == []


def test_no_query_is_a_server_error(
    everything: dict[str, str], alice: User, client_for: Callable[[User], Client]
) -> None:
    browser, values = client_for(alice), {**OF_A_KIND, **everything}
    browser.raise_request_exception = False
    asked = {
        f"{path} {value!r}": partial(browser.get, address(path, values), dict.fromkeys(QUERY, value))
        for path in SERVED_PAGES
        for value in QUERY_VALUES
    }
    assert failures(asked) == []


def test_no_body_is_a_server_error_of_the_rest_api(
    everything: dict[str, str],
    alice: User,
    api_for: Callable[[User], APIClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    client = api_for(alice)
    client.raise_request_exception = False
    asked = {
        f"{method} {path}, {name}": partial(send, client, method, address(path, everything), body)
        for method, path in sorted(api())
        if method in ("POST", "PUT", "PATCH")
        for name, body in BODIES.items()
    }
    assert failures(asked) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (BODIES["deep lists"], 400, "parse_error"),
        (BODIES["deep objects"], 400, "parse_error"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), 400, "parse_error"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, 400, "invalid"),
        (BODIES["too long"], 413, "too_large"),
        (json.dumps({"name": "A", "language": "it"}).encode(), 201, None),
    ],
)
def test_the_rest_api_refuses_deep_and_long_bodies_in_its_shape(
    alice: User, tenant: Any, api_for: Callable[[User], APIClient], body: bytes, status: int, code: str | None
) -> None:
    answer = send(api_for(alice), "POST", "/api/v1/shows/", body)
    assert answer.status_code == status
    assert answer.json().get("code") == code
