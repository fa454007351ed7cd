from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.models import Show
from tenants.models import Tenant, User


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


def test_a_show_is_made_with_a_name_alone(api: APIClient, tenant: Tenant) -> None:
    answer = api.post("/api/v1/shows/", {"name": "Sabato sera"}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["name"], body["handle"], body["mode"], body["language"]) == ("Sabato sera", "", "self", "it")
    with scope(tenant=tenant):
        show = Show.objects.select_related("persona", "overlay").get(id=body["id"])
    assert show.persona.language == "it"
    assert body["overlay_url"] == f"http://testserver/overlay/{show.overlay.token}/"
    assert body["overlay_socket_url"] == f"ws://testserver/ws/overlay/{show.overlay.token}/"


def test_a_show_takes_a_handle_with_or_without_its_at(api: APIClient) -> None:
    for handle in ("@la.sera", "la.sera"):
        sent = {"name": "x", "handle": handle, "language": "en", "mode": "managed"}
        body = api.post("/api/v1/shows/", sent, format="json").json()
        assert (body["handle"], body["language"], body["mode"]) == ("la.sera", "en", "managed")


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("name", {}),
        ("name", {"name": ""}),
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "nul\0"}),
        ("name", {"name": ["x"]}),
        ("handle", {"name": "x", "handle": "not a handle"}),
        ("handle", {"name": "x", "handle": "x" * 25}),
        ("handle", {"name": "x", "handle": "@@twice"}),
        ("language", {"name": "x", "language": "de"}),
        ("mode", {"name": "x", "mode": "other"}),
        ("persona", {"name": "x", "persona": "y"}),
        ("tenant", {"name": "x", "tenant": "y"}),
        ("non_field_errors", ["x"]),
        ("non_field_errors", "x"),
    ],
)
def test_a_wrong_field_is_named(api: APIClient, field: str, sent: Any) -> None:
    answer = api.post("/api/v1/shows/", sent, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "errors"}
    assert list(answer.json()["errors"]) == [field]
    assert all(isinstance(text, str) for text in answer.json()["errors"][field])


def test_the_list_holds_the_tenants_own_shows_in_pages(api: APIClient, show: Show, other_show: Show) -> None:
    listed = api.get("/api/v1/shows/").json()
    assert str(show.id) in {row["id"] for row in listed["results"]}
    assert str(other_show.id) not in {row["id"] for row in listed["results"]}
    page = api.get("/api/v1/shows/", {"limit": 1}).json()
    assert page["count"] == listed["count"] == 2, "with the show that every tenant begins with"
    assert len(page["results"]) == 1
    rest = api.get(page["next"]).json()
    assert [row["id"] for row in page["results"] + rest["results"]] == [
        row["id"] for row in listed["results"]
    ]


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(
    api: APIClient, tenant: Tenant, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(5):
        api.post("/api/v1/shows/", {"name": str(number)}, format="json")
    with django_assert_max_num_queries(4):  # token, membership, count, page
        api.get("/api/v1/shows/")


def test_a_show_changes_in_part(api: APIClient, show: Show) -> None:
    answer = api.patch(f"/api/v1/shows/{show.id}/", {"handle": "@new.handle"}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["handle"], answer.json()["name"]) == ("new.handle", show.name)
    assert api.get(f"/api/v1/shows/{show.id}/").json() == answer.json()
    assert api.patch(f"/api/v1/shows/{show.id}/", {}, format="json").status_code == 200


def test_a_shows_language_stays(api: APIClient, show: Show) -> None:
    answer = api.patch(f"/api/v1/shows/{show.id}/", {"language": "en"}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["language"]


def test_addresses_follow_the_public_url(api: APIClient, show: Show, settings: Any) -> None:
    settings.PUBLIC_URL = "https://vivavoce.example/"
    body = api.get(f"/api/v1/shows/{show.id}/").json()
    assert body["overlay_url"] == f"https://vivavoce.example/overlay/{show.overlay.token}/"
    assert body["overlay_socket_url"] == f"wss://vivavoce.example/ws/overlay/{show.overlay.token}/"


def test_addresses_follow_the_scheme_of_the_request(api: APIClient, show: Show) -> None:
    body = api.get(f"/api/v1/shows/{show.id}/", secure=True).json()
    assert body["overlay_url"].startswith("https://testserver/overlay/")
    assert body["overlay_socket_url"].startswith("wss://testserver/ws/overlay/")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_show_is_neither_replaced_nor_deleted(api: APIClient, show: Show, method: str) -> None:
    answer = getattr(api, method)(f"/api/v1/shows/{show.id}/", {"name": "x"}, format="json")
    assert answer.status_code == 405
    assert set(answer.json()) == {"detail"}


def test_an_unknown_show_is_not_found(api: APIClient) -> None:
    answer = api.get(f"/api/v1/shows/{UUID(int=1)}/")
    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}
