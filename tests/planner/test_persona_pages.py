from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from planner.models import Persona
from planner.presets import presets
from planner.services import PersonaTraits, create_persona
from tenants.models import Tenant, User

ClientFor = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script>"
NOBODY = UUID(int=1)
SENT: dict[str, Any] = {
    "name": "Nota",
    "system_prompt": "Ami la musica.",
    "language": "it",
    "reply_in": "viewer",
    "style_energy": "0.7",
    "style_formality": "0",
    "style_humour": "1",
    "style_length": "0.35",
    "forbidden_topics": "politica\r\n\r\n  religione  \r\npolitica",
    "sample_lines": "Che canzone!\r\nEccomi.",
}


@pytest.fixture
def persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        return create_persona(tenant=tenant, traits=PersonaTraits("Nota", "Ami la musica.", "it"))


def stored(persona: Persona) -> Persona:
    with scopes_disabled():
        return Persona.objects.get(id=persona.id)


def test_the_list_says_which_shows_each_persona_hosts(
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    page = client_for(alice).get("/personas/").content.decode()
    assert "Viva" in page
    assert show.name in page
    assert "Nota" in page
    assert "no show yet" in page


def test_every_preset_has_a_card_and_fills_a_form(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    client = client_for(alice)
    page = client.get("/personas/presets/").content.decode()
    for preset in presets():
        assert f"?preset={preset.slug}" in page
    form = client.get("/personas/new/?preset=gaming-it").content.decode()
    assert 'value="Combo"' in form
    assert "Il secondo giocatore" not in form, "the tagline is for the card"
    assert "Quel boss ha più vite" in form
    with scope(tenant=tenant):
        assert not Persona.objects.filter(name="Combo").exists(), "looking keeps nothing"


def test_a_persona_is_made_of_what_the_form_says(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/personas/new/", SENT)
    with scope(tenant=tenant):
        made = Persona.objects.get(name="Nota")
    assert answer["Location"] == f"/personas/{made.id}/"
    assert made.style == {"energy": 0.7, "formality": 0.0, "humour": 1.0, "length": 0.35}
    assert made.forbidden_topics == ["politica", "religione"]
    assert made.sample_lines == ["Che canzone!", "Eccomi."]
    assert made.reply_in == "viewer"


def test_a_persona_is_changed_on_its_page(alice: User, persona: Persona, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post(f"/personas/{persona.id}/", {**SENT, "name": HOSTILE, "system_prompt": "x" * 4000})
    assert stored(persona).name == HOSTILE
    page = client.get(f"/personas/{persona.id}/").content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "<span data-used>4000</span>" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("system_prompt", "x" * 4001),
        ("system_prompt", ""),
        ("style_energy", "1.2"),
        ("style_energy", "0.333"),
        ("style_humour", "much"),
        ("language", "fr"),
        ("reply_in", "latin"),
        ("forbidden_topics", "x" * 81),
        ("forbidden_topics", "\n".join(map(str, range(31)))),
        ("sample_lines", "x" * 201),
        ("sample_lines", "nul\0"),
    ],
)
def test_what_does_not_fit_is_refused_and_what_was_typed_stays(
    alice: User, persona: Persona, client_for: ClientFor, field: str, value: str
) -> None:
    typed = {**SENT, "sample_lines": "Una frase tutta mia.", field: value}
    page = client_for(alice).post(f"/personas/{persona.id}/", typed).content.decode()
    assert "errorlist" in page
    assert "politica" in page or field == "forbidden_topics"
    assert "Una frase tutta mia." in page or field == "sample_lines"
    assert stored(persona).forbidden_topics == []
    assert "<bdi>Nota</bdi>\n" in page.split("<h1>")[1]


def test_a_copy_opens_in_the_studio(alice: User, persona: Persona, client_for: ClientFor) -> None:
    answer = client_for(alice).post(f"/personas/{persona.id}/duplicate/")
    with scope(tenant=persona.tenant):
        copy = Persona.objects.get(name="Nota (copy)")
    assert answer["Location"] == f"/personas/{copy.id}/"


def test_a_persona_without_a_show_is_deleted(alice: User, persona: Persona, client_for: ClientFor) -> None:
    page = client_for(alice).post(f"/personas/{persona.id}/delete/", follow=True).content.decode()
    assert "Nota has been deleted." in page
    with scope(tenant=persona.tenant):
        assert not Persona.objects.filter(id=persona.id).exists()


def test_a_host_stays_and_the_page_says_why(alice: User, show: Show, client_for: ClientFor) -> None:
    page = client_for(alice).post(f"/personas/{show.persona_id}/delete/", follow=True).content.decode()
    assert "Viva hosts the show" in page
    assert show.name in page
    assert stored(show.persona).name == "Viva"


PAGES = [
    ("get", "/personas/{persona}/", {}),
    ("post", "/personas/{persona}/", SENT),
    ("post", "/personas/{persona}/duplicate/", {}),
    ("post", "/personas/{persona}/delete/", {}),
]
every_page = pytest.mark.parametrize(("method", "path", "sent"), PAGES, ids=[f"{p[0]} {p[1]}" for p in PAGES])


@every_page
def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_show: Show,
    show: Show,
    persona: Persona,
    client_for: ClientFor,
    method: str,
    path: str,
    sent: dict[str, str],
) -> None:
    names = {
        "persona": persona.id,
        "show": show.id,
        "own_show": other_show.id,
        "own_persona": other_show.persona_id,
    }
    body = {name: value.format(**names) for name, value in sent.items()}
    assert getattr(client_for(charlie), method)(path.format(**names), body).status_code == 404
    assert stored(persona).system_prompt == "Ami la musica."
    with scopes_disabled():
        assert Show.objects.get(id=show.id).persona_id == show.persona_id
        assert Show.objects.get(id=other_show.id).persona_id == other_show.persona_id


def test_charlie_sees_none_of_alices_personas(
    charlie: User, other_show: Show, persona: Persona, client_for: ClientFor
) -> None:
    assert "Nota" not in client_for(charlie).get("/personas/").content.decode()


def test_a_personas_page_loads_its_studio(alice: User, persona: Persona, client_for: ClientFor) -> None:
    page = client_for(alice).get(f"/personas/{persona.id}/").content.decode()
    assert f'hx-get="/personas/rehearse/?persona={persona.id}"' in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *((method, path) for method, path, _ in PAGES if "own" not in path),
        ("get", "/personas/presets/"),
        ("get", "/personas/new/"),
        ("post", "/personas/new/"),
    ],
)
def test_bob_who_looks_on_may_not(
    bob: User, show: Show, persona: Persona, client_for: ClientFor, method: str, path: str
) -> None:
    address = path.format(persona=persona.id)
    assert getattr(client_for(bob), method)(address).status_code == 403


def test_bob_sees_the_list_without_buttons(
    bob: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    page = client_for(bob).get("/personas/").content.decode()
    assert "Nota" in page
    assert f"/personas/{persona.id}/" not in page
    assert "/personas/presets/" not in page


def test_a_visitor_is_sent_to_the_log_in_page(client: Client, db: None) -> None:
    assert client.get("/personas/")["Location"] == "/accounts/login/?next=/personas/"
