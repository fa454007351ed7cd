from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from tenants.api.throttles import ApiTokenThrottle
from tenants.models import Tenant, User


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def without_id(answer: Any) -> dict[str, Any]:
    """Return the body of an error without the request's id, which the header must repeat."""
    body: dict[str, Any] = answer.json()
    assert body.pop("request_id") == answer.headers["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "parse_error"),
        ("name=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("<name/>", "application/xml", 415, "unsupported_media_type"),
        ("\xff", "application/json; charset=latin-1", 400, "parse_error"),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    api: APIClient, body: str, kind: str, status: int, code: str
) -> None:
    answer = api.post("/api/v1/shows/", body.encode("latin-1"), content_type=kind)
    assert answer.status_code == status
    assert set(answer.json()) == {"detail", "code", "request_id"}
    assert answer.json()["code"] == code


@pytest.mark.parametrize("path", ["nothing/", "sessions/not-an-id/", "shows/1/", "sessions/1/start/"])
def test_an_unknown_address_is_answered_in_json(api: APIClient, path: str) -> None:
    for answer in (api.get(f"/api/v1/{path}"), api.post(f"/api/v1/{path}", {}, format="json")):
        assert answer.status_code == 404
        assert without_id(answer) == {"detail": "Not found.", "code": "not_found"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_without_its_slash_is_told_so(api: APIClient, method: str) -> None:
    answer = getattr(api, method)("/api/v1/shows")
    assert (answer.status_code, without_id(answer)) == (
        404,
        {"detail": "Add a slash at the end: /api/v1/shows/", "code": "slash_missing"},
    )
    assert getattr(api, method)("/api/v1/nothing").json()["code"] == "not_found"


def test_the_root_says_where_everything_is_without_a_token(db: None) -> None:
    answer = APIClient().get("/api/v1/").json()
    assert answer["resources"]["shows"] == "http://testserver/api/v1/shows/"
    for address in (answer["documentation"], answer["openapi"]):
        assert APIClient().get(address).status_code == 200


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"a":}', "The body is not valid JSON: line 1, column 6."),
        (b"{\n  'a'", "The body is not valid JSON: line 2, column 3."),
        (b'{"a": "\xff"}', "The body is not valid JSON: it is not encoded as UTF-8."),
        (b'{"a": NaN}', "The body is not valid JSON: it has a number that JSON does not allow."),
    ],
)
def test_broken_json_is_told_where_it_is_broken(api: APIClient, body: bytes, detail: str) -> None:
    answer = api.post("/api/v1/shows/", body, content_type="application/json")
    assert (answer.status_code, without_id(answer)) == (400, {"detail": detail, "code": "parse_error"})


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (
            "shows/",
            {"language": "xx", "nope": 1, "persona": str(UUID(int=1))},
            {"language", "name", "nope", "persona"},
        ),
        (
            "personas/",
            {"style": {"energy": 2, "wit": 1}, "nope": 1},
            {"name", "style.energy", "style.wit", "nope", "system_prompt"},
        ),
        (
            "voices/",
            {"name": "x", "provider": "espeak", "speed": 9, "backup": str(UUID(int=1))},
            {"speed", "backup"},
        ),
        (
            "sessions/",
            {"show": "x", "source": "simulator", "source_options": {"seed": -1, "nope": 1}, "x": 1},
            {"show", "source_options.seed", "source_options.nope", "x"},
        ),
    ],
)
def test_all_wrong_fields_are_named_at_once(
    api: APIClient, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    answer = api.post(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == fields


def test_words_come_in_the_language_that_was_asked_for(api: APIClient) -> None:
    answer = api.get("/api/v1/nothing/", headers={"Accept-Language": "it"})
    assert without_id(answer) == {"detail": "Non trovato.", "code": "not_found"}


def test_too_many_requests_are_told_when_to_come_back(
    api: APIClient,
    charlie: User,
    other_tenant: Tenant,
    api_for: Callable[[User], APIClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ApiTokenThrottle, "THROTTLE_RATES", {"token": "3/min"})
    codes = [api.get("/api/v1/shows/").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    answer = api.get("/api/v1/shows/")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["code"] == "throttled"
    assert api_for(charlie).get("/api/v1/shows/").status_code == 200, "each token counts for itself"


def test_the_limit_is_two_requests_a_second() -> None:
    rates: Any = api_settings.DEFAULT_THROTTLE_RATES
    assert rates == {"token": "120/min", "emergency": "120/min"}
