import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from planner.models import Persona
from rehearsals.studio import services
from speech.runtime import preview_slots
from tenants.models import User

ClientFor = Callable[[User], Client]
HX = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def _fresh(redis_client: "redis.Redis") -> None:
    """Start each test with unused rate limits."""


def compared(client: Client, a: Persona, b: Persona, line: int = 0, **more: Any) -> Any:
    sent = {"a": a.id, "b": b.id, "chat": "it", "line": line, **more}
    return client.post("/personas/compare/line/", sent, headers=HX)


def test_both_answer_a_line_once_and_for_the_next_hour(
    alice: User, show: Show, persona: Persona, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(alice)
    row = compared(client, persona, show.persona).content.decode()
    assert row.count('class="spoken"') == 2
    assert 'name="line" value="1"' in row, "the next line waits below"
    monkeypatch.setattr(services, "_answer", None)  # whoever asks again fails
    again = compared(client, persona, show.persona).content.decode()
    assert re.findall(r'class="spoken">([^<]+)', again) == re.findall(r'class="spoken">([^<]+)', row)
    page = client.get(f"/personas/compare/?a={persona.id}&b={show.persona_id}&chat=it").content.decode()
    assert page.count('class="spoken"') == 2


def test_a_changed_persona_is_asked_anew(
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    client = client_for(alice)
    compared(client, persona, show.persona)
    with scope(tenant=persona.tenant):
        persona.system_prompt = "Ami il silenzio."
        persona.save()
    page = client.get(f"/personas/compare/?a={persona.id}&b={show.persona_id}&chat=it").content.decode()
    assert page.count('class="spoken"') == 0


def test_a_comparison_is_bounded(alice: User, show: Show, persona: Persona, client_for: ClientFor) -> None:
    client = client_for(alice)
    row = compared(client, persona, show.persona, line=11).content.decode()
    assert "data-next" not in row
    assert "start=12" in row
    assert compared(client, persona, show.persona, line=40).status_code == 404
    assert compared(client, persona, show.persona, line=39, start=36).status_code == 200


def test_without_a_script_each_press_answers_a_line(
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    client = client_for(alice)
    sent = {"a": persona.id, "b": show.persona_id, "chat": "it", "line": 0}
    page = client.post("/personas/compare/line/", sent, follow=True).content.decode()
    assert "<html" in page
    assert page.count('class="spoken"') == 2


def test_each_answer_can_be_heard(alice: User, show: Show, persona: Persona, client_for: ClientFor) -> None:
    client = client_for(alice)
    compared(client, persona, show.persona)
    sent = {"a": persona.id, "b": show.persona_id, "chat": "it", "line": 0, "side": "b"}
    page = client.post("/personas/compare/hear/", sent, headers=HX).content.decode()
    address = re.search(r'src="(/personas/sounds/[^"]+)"', page)
    assert address is not None
    assert client.get(address[1]).content.startswith(b"RIFF")
    for wrong in ({"side": "c"}, {"line": "7"}, {"line": "-1"}):
        assert client.post("/personas/compare/hear/", {**sent, **wrong}).status_code == 404


def test_a_refused_line_waits_for_a_press(
    alice: User, show: Show, persona: Persona, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_slots, "SLOTS", threading.BoundedSemaphore(1))
    with preview_slots.SLOTS:
        row = compared(client_for(alice), persona, show.persona).content.decode()
    assert "Many people are using previews" in row
    assert "hx-trigger" not in row


def test_a_line_asks_again_while_a_given_up_one_still_runs(
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    with preview_slots.exclusive(alice.id, "rehearsing"):
        for _ in range(30):  # more than the user may start in a minute: waiting is free
            row = compared(client_for(alice), persona, show.persona).content.decode()
            assert 'hx-trigger="load delay:2s"' in row
            assert "is-stopped" not in row
