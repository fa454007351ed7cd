from collections.abc import Callable
from typing import Any

import pytest
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.models.shows import Show
from planner.models import Persona
from tenants.models import Tenant, User


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


@pytest.fixture
def persona(api: APIClient) -> dict[str, Any]:
    sent = {"name": "Nota", "system_prompt": "Ami la musica.", "style": {"energy": 0.9}}
    made: dict[str, Any] = api.post("/api/v1/personas/", sent, format="json").json()
    return made


def test_a_persona_is_made_with_a_name_and_a_character(persona: dict[str, Any]) -> None:
    assert (persona["language"], persona["reply_in"]) == ("it", "show")
    assert persona["style"] == {"energy": 0.9, "formality": 0.5, "humour": 0.5, "length": 0.5}
    assert (persona["forbidden_topics"], persona["sample_lines"]) == ([], [])


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": " "}),
        ("system_prompt", {"system_prompt": "x" * 4001}),
        ("language", {"language": "fr"}),
        ("reply_in", {"reply_in": "latin"}),
        ("style.energy", {"style": {"energy": 1.1}}),
        ("style.charm", {"style": {"charm": 0.5}}),
        ("forbidden_topics.0", {"forbidden_topics": ["x" * 81]}),
        ("sample_lines", {"sample_lines": ["x"] * 13}),
        ("tenant", {"tenant": "x"}),
    ],
)
def test_a_wrong_field_is_named(
    api: APIClient, persona: dict[str, Any], field: str, change: dict[str, Any]
) -> None:
    answer = api.patch(f"/api/v1/personas/{persona['id']}/", change, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert api.get(f"/api/v1/personas/{persona['id']}/").json() == persona


def test_a_persona_changes_in_part(api: APIClient, persona: dict[str, Any]) -> None:
    sent = {"style": {"humour": 0.1}, "forbidden_topics": ["politica"]}
    changed = api.patch(f"/api/v1/personas/{persona['id']}/", sent, format="json").json()
    assert changed["style"] == {"energy": 0.9, "formality": 0.5, "humour": 0.1, "length": 0.5}
    assert (changed["name"], changed["forbidden_topics"]) == ("Nota", ["politica"])


def test_a_persona_is_deleted_unless_it_hosts_a_show(
    api: APIClient, persona: dict[str, Any], show: Show
) -> None:
    assert api.delete(f"/api/v1/personas/{persona['id']}/").status_code == 204
    assert api.get(f"/api/v1/personas/{persona['id']}/").status_code == 404
    refused = api.delete(f"/api/v1/personas/{show.persona_id}/")
    assert refused.status_code == 409
    assert show.name in refused.json()["detail"]


def test_the_list_holds_the_tenants_own(api: APIClient, persona: dict[str, Any], other_show: Show) -> None:
    ids = [row["id"] for row in api.get("/api/v1/personas/").json()["results"]]
    assert ids[0] == persona["id"]
    assert str(other_show.persona_id) not in ids


def test_a_show_is_given_to_a_persona(api: APIClient, persona: dict[str, Any], show: Show) -> None:
    changed = api.patch(f"/api/v1/shows/{show.id}/", {"persona": persona["id"]}, format="json")
    assert changed.json()["persona"] == persona["id"]
    made = api.post("/api/v1/shows/", {"name": "Nuovo", "persona": persona["id"]}, format="json")
    assert made.json()["persona"] == persona["id"]


def test_another_tenants_persona_is_no_host(api: APIClient, show: Show, other_show: Show) -> None:
    unknown = {"persona": str(other_show.persona_id)}
    for answer in (
        api.patch(f"/api/v1/shows/{show.id}/", unknown, format="json"),
        api.post("/api/v1/shows/", {"name": "Taken", **unknown}, format="json"),
    ):
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["persona"]
    with scope(tenant=show.tenant):
        assert not Show.objects.filter(name="Taken").exists()
        assert not Persona.objects.filter(id=other_show.persona_id).exists()
