from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.models.shows import Show
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
        ("language", {"name": "x", "language": "fr"}),
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
    assert set(answer.json()) == {"detail", "code", "errors", "request_id"}
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


def test_a_show_is_not_replaced(api: APIClient, show: Show) -> None:
    answer = api.put(f"/api/v1/shows/{show.id}/", {"name": "x"}, format="json")
    assert answer.status_code == 405
    assert set(answer.json()) == {"detail", "code", "request_id"}


def test_an_unknown_show_is_not_found(api: APIClient) -> None:
    answer = api.get(f"/api/v1/shows/{UUID(int=1)}/")
    assert answer.status_code == 404
    assert set(answer.json()) == {"detail", "code", "request_id"}


SETTINGS = {
    "facts": "Ogni sabato alle 21.",
    "is_shopping": True,
    "follows_per_thanks": 5,
    "shares_per_thanks": 0,
    "subscriptions_per_thanks": 2,
    "small_gift_diamonds": 30,
    "big_gift_diamonds": 500,
    "call_to_action_every_s": 0,
    "game_every_s": 3600,
    "calls_to_action": ["Seguiteci!"],
}


def test_every_setting_is_written_and_read(api: APIClient, show: Show) -> None:
    answer = api.patch(f"/api/v1/shows/{show.id}/", SETTINGS, format="json")
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in SETTINGS} == SETTINGS
    made = api.post("/api/v1/shows/", {"name": "Nuovo", **SETTINGS}, format="json").json()
    assert {name: made[name] for name in SETTINGS} == SETTINGS


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"facts": "x" * 4_001}, "facts"),
        ({"is_shopping": "maybe"}, "is_shopping"),
        ({"follows_per_thanks": -1}, "follows_per_thanks"),
        ({"shares_per_thanks": 1_001}, "shares_per_thanks"),
        ({"big_gift_diamonds": 0}, "big_gift_diamonds"),
        ({"call_to_action_every_s": 3_601}, "call_to_action_every_s"),
        ({"game_every_s": "often"}, "game_every_s"),
        ({"calls_to_action": "Seguiteci!"}, "calls_to_action"),
        ({"calls_to_action": ["x"] * 31}, "calls_to_action"),
        ({"calls_to_action": ["ok", ""]}, "calls_to_action.1"),
    ],
)
def test_a_wrong_setting_is_named(api: APIClient, show: Show, sent: dict[str, Any], field: str) -> None:
    answer = api.patch(f"/api/v1/shows/{show.id}/", sent, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def segment(**given: Any) -> dict[str, Any]:
    return {"kind": "topic", "title": "Uno", "duration_s": 300, "talking_points": ["di questo"], **given}


def test_a_plan_is_replaced_as_a_whole(api: APIClient, show: Show) -> None:
    path = f"/api/v1/shows/{show.id}/plan/"
    assert api.get(path).json() == {"segments": []}
    first = {"segments": [segment(), segment(kind="closing", title="Fine", talking_points=[])]}
    assert api.put(path, first, format="json").json() == first
    second = {"segments": [segment(title="Solo")]}
    assert api.put(path, second, format="json").status_code == 200
    assert api.get(path).json() == second
    assert api.put(path, {"segments": []}, format="json").json() == {"segments": []}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "segments"),
        ({"segments": [segment()] * 41}, "segments"),
        ({"segments": [segment(), segment(kind="pause")]}, "segments.1.kind"),
        ({"segments": [segment(title="")]}, "segments.0.title"),
        ({"segments": [segment(duration_s=29)]}, "segments.0.duration_s"),
        ({"segments": [segment(duration_s=21_601)]}, "segments.0.duration_s"),
        ({"segments": [segment(talking_points=["x"] * 21)]}, "segments.0.talking_points"),
        ({"segments": [segment(talking_points=["x", "y" * 201])]}, "segments.0.talking_points.1"),
        ({"segments": [segment(kind="poll")]}, "segments.0.talking_points"),
        ({"segments": [segment(colour="red")]}, "segments.0.colour"),
        ({"segments": ["x"]}, "segments.0.non_field_errors"),
        ({"plan": []}, "plan"),
    ],
)
def test_a_plan_with_a_fault_changes_nothing(
    api: APIClient, show: Show, sent: dict[str, Any], field: str
) -> None:
    path = f"/api/v1/shows/{show.id}/plan/"
    before = api.put(path, {"segments": [segment()]}, format="json").json()
    answer = api.put(path, sent, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert api.get(path).json() == before


def test_an_onlooker_reads_a_plan_but_does_not_change_it(
    bob: User, show: Show, api_for: Callable[[User], APIClient]
) -> None:
    api, path = api_for(bob), f"/api/v1/shows/{show.id}/plan/"
    assert api.get(path).status_code == 200
    assert api.put(path, {"segments": [segment()]}, format="json").status_code == 403


def test_a_big_gift_cannot_lie_below_a_small_one(api: APIClient, show: Show) -> None:
    for sent in ({"small_gift_diamonds": 50, "big_gift_diamonds": 40}, {"small_gift_diamonds": 1_001}):
        answer = api.patch(f"/api/v1/shows/{show.id}/", sent, format="json")
        assert answer.status_code == 400
        assert "big_gift_diamonds" in str(answer.json())
        made = api.post("/api/v1/shows/", {"name": "Another", **sent}, format="json")
        assert made.status_code == 400
    api.patch(f"/api/v1/shows/{show.id}/", {"big_gift_diamonds": 2_000}, format="json")
    answer = api.patch(f"/api/v1/shows/{show.id}/", {"small_gift_diamonds": 1_001}, format="json")
    assert answer.status_code == 200
