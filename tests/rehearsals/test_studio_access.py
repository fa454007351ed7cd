"""Who may use the studio, and what it shows before a line is answered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from planner.models import Persona
from tenants.models import Membership, User

ClientFor = Callable[[User], Client]
HX = {"hx-request": "true"}
COMPARED = {"a": "{persona}", "b": "{persona}", "chat": "it", "line": "0"}
PAGES: list[tuple[str, str, dict[str, str]]] = [
    ("get", "/personas/rehearse/", {"persona": "{persona}"}),
    ("post", "/personas/rehearse/", {"persona": "{persona}", "text": "ciao"}),
    ("post", "/personas/compare/line/", COMPARED),
    ("post", "/personas/compare/hear/", {**COMPARED, "side": "a"}),
]
every_page = pytest.mark.parametrize(("method", "path", "sent"), PAGES, ids=[f"{p[0]} {p[1]}" for p in PAGES])


def request(client: Client, method: str, path: str, sent: dict[str, str], persona: Persona) -> Any:
    values = {name: value.format(persona=persona.id) for name, value in sent.items()}
    return getattr(client, method)(path, values)


@every_page
def test_charlie_finds_none_of_alices_personas(
    charlie: User,
    other_show: Show,
    persona: Persona,
    client_for: ClientFor,
    method: str,
    path: str,
    sent: dict[str, str],
) -> None:
    assert request(client_for(charlie), method, path, sent, persona).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "sent"), [*PAGES, ("get", "/personas/compare/", {})], ids=lambda value: str(value)[:40]
)
def test_bob_who_looks_on_may_not(
    bob: User, persona: Persona, client_for: ClientFor, method: str, path: str, sent: dict[str, str]
) -> None:
    assert request(client_for(bob), method, path, sent, persona).status_code == 403


def test_bob_as_an_editor_may_rehearse(bob: User, persona: Persona, client_for: ClientFor) -> None:
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    assert client_for(bob).get("/personas/rehearse/", {"persona": str(persona.id)}).status_code == 200


def test_charlie_sees_nothing_of_alices_in_a_comparison(
    charlie: User, other_show: Show, persona: Persona, client_for: ClientFor
) -> None:
    query = {"a": str(persona.id), "b": str(persona.id), "chat": "it"}
    assert "Nota" not in client_for(charlie).get("/personas/compare/", query).content.decode()


@pytest.mark.parametrize("path", ["/personas/rehearse/", "/personas/compare/"])
def test_a_visitor_is_sent_to_the_log_in_page(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_the_studio_is_a_panel_for_the_personas_page_and_a_page_without_a_script(
    alice: User, persona: Persona, client_for: ClientFor
) -> None:
    client = client_for(alice)
    panel = client.get("/personas/rehearse/", {"persona": str(persona.id)}, headers=HX).content.decode()
    assert "<html" not in panel
    assert f'name="persona" value="{persona.id}"' in panel
    page = client.get("/personas/rehearse/", {"persona": str(persona.id)}).content.decode()
    assert "<html" in page
    assert f'href="/personas/{persona.id}/"' in page


def test_the_studio_begins_in_a_show_that_the_persona_hosts(
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    with scope(tenant=show.tenant):
        Show.objects.filter(id=show.id).update(persona=persona)
    panel = client_for(alice).get("/personas/rehearse/", {"persona": str(persona.id)}).content.decode()
    assert f'<option value="{show.id}" selected>' in panel


def test_without_a_persona_the_page_says_where_to_rehearse(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/personas/rehearse/", {"text": "ciao"})
    assert answer.status_code == 422
    assert "Open a persona" in answer.content.decode()
