import re
import threading
import wave
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import redis
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from planner.models import Persona
from providers.rate_limit import Bucket
from rehearsals.studio import services
from speech.errors import SpeechError
from speech.runtime import preview_slots, voice_opening
from tenants.models import Tenant, User
from tests.fakes.openai_chat import Answer as Scripted
from tests.fakes.openai_chat import FakeOpenAIChat

ClientFor = Callable[[User], Client]
PERSONA: dict[str, Any] = {
    "name": "Melodia",
    "system_prompt": "Ami la musica sopra ogni cosa.",
    "language": "it",
    "reply_in": "show",
    "style_energy": "0.7",
    "style_formality": "0",
    "style_humour": "1",
    "style_length": "0.35",
    "forbidden_topics": "",
    "sample_lines": "",
}
HX = {"hx-request": "true"}
SLUR = "sei una puttana"


@pytest.fixture(autouse=True)
def _fresh(redis_client: "redis.Redis") -> None:
    """Start each test with unused rate limits."""


def rehearse(client: Client, text: str = "come ti chiami?", **more: Any) -> Any:
    return client.post(
        "/personas/rehearse/", {**PERSONA, "text": text, "viewer_name": "Giulia", **more}, headers=HX
    )


def test_the_page_answers_in_words_and_sound_with_what_it_says_now(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    page = rehearse(client, show=str(show.id)).content.decode()
    assert "Melodia" in page, "the name on the page, which is not stored"
    assert "the offline host" in page
    assert "<html" not in page
    address = re.search(r'src="(/personas/sounds/[^"]+)"', page)
    assert address is not None
    with wave.open(BytesIO(client.get(address[1]).content)) as sound:
        frames = sound.readframes(sound.getnframes())
        assert sound.getnframes() / sound.getframerate() > 0.5
    assert max(frames) > 0


def test_without_a_script_the_stored_persona_answers_on_a_whole_page(
    alice: User, persona: Persona, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(
        "/personas/rehearse/", {"persona": persona.id, "text": "come ti chiami?", "viewer_name": "Giulia"}
    )
    page = answer.content.decode()
    assert "<html" in page
    assert "Nota" in page
    assert "/personas/sounds/" in page


def test_a_blocked_line_has_no_sound(alice: User, show: Show, client_for: ClientFor) -> None:
    page = rehearse(client_for(alice), SLUR, show=str(show.id)).content.decode()
    assert "blocked" in page
    assert "<audio" not in page


def test_hostile_words_stay_words(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    page = rehearse(client_for(alice), "<script>alert(1)</script> ciao").content.decode()
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x" * 301}, {"name": ""}, {"style_energy": "9"}])
def test_what_is_incomplete_is_named(
    alice: User, tenant: Tenant, client_for: ClientFor, wrong: dict[str, str]
) -> None:
    answer = client_for(alice).post("/personas/rehearse/", {**PERSONA, "text": "ciao", **wrong}, headers=HX)
    assert answer.status_code == 422
    assert "<audio" not in answer.content.decode()


def test_charlies_shows_lend_nothing_to_alice(
    alice: User, tenant: Tenant, other_show: Show, client_for: ClientFor
) -> None:
    answer = rehearse(client_for(alice), show=str(other_show.id))
    assert answer.status_code == 422
    assert other_show.name not in answer.content.decode()


def test_a_body_that_is_no_persona_is_not_read(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    assert rehearse(client_for(alice), system_prompt="x" * 70_000).status_code == 413


def test_the_model_writes_and_its_cost_counts_against_the_month(
    alice: User, show: Show, client_for: ClientFor, settings: Any, redis_client: "redis.Redis"
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "gpt-4o-mini"
    with scope(tenant=show.tenant):
        show.voice.provider = "espeak"
        show.voice.save(update_fields=["provider"])
    with FakeOpenAIChat(Scripted(deltas=("Mi chiamo Melodia, piacere mio!",))) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        page = rehearse(client_for(alice), show=str(show.id)).content.decode()
    assert "gpt-4o-mini" in page
    assert "Mi chiamo Melodia, piacere mio!" in page
    assert "sopra ogni cosa" in str(fake.requests[0]["messages"][0])
    keys = redis_client.keys("billing:spent:month:*")
    assert keys
    assert all(float(redis_client.get(key) or 0) > 0 for key in keys)


def test_while_the_model_is_down_the_offline_host_answers(
    alice: User, show: Show, client_for: ClientFor, settings: Any
) -> None:
    settings.OPENAI_API_KEY = "x"
    with scope(tenant=show.tenant):
        show.voice.provider = "espeak"
        show.voice.save(update_fields=["provider"])
    with FakeOpenAIChat(Scripted(status=500)) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        page = rehearse(client_for(alice), show=str(show.id)).content.decode()
    assert "the offline host" in page
    assert "<audio" in page


def test_a_voice_without_its_service_is_stood_in_for_as_in_a_live(
    alice: User, show: Show, client_for: ClientFor, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY, settings.ELEVENLABS_BASE_URL = "x", "http://127.0.0.1:9"
    page = rehearse(client_for(alice), show=str(show.id)).content.decode()
    assert "Melodia" in page
    assert "<audio" in page


def test_without_any_voice_there_are_words_and_a_reason(
    alice: User, show: Show, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise SpeechError("down")

    monkeypatch.setattr(voice_opening, "open_synthesizer", refuse)
    page = rehearse(client_for(alice), show=str(show.id)).content.decode()
    assert "Melodia" in page
    assert "The voice does not answer" in page
    assert "<audio" not in page


def test_one_rehearsal_of_a_user_at_a_time(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    with preview_slots.exclusive(alice.id, "rehearsing") as is_free:
        assert is_free
        answer = rehearse(client_for(alice))
    assert answer.status_code == 409
    assert "last preview is still running" in answer.content.decode()
    assert rehearse(client_for(alice)).status_code == 200


def test_a_process_has_seats_for_a_few(
    alice: User, tenant: Tenant, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_slots, "SLOTS", threading.BoundedSemaphore(1))
    with preview_slots.SLOTS:
        assert "Many people are using previews" in rehearse(client_for(alice)).content.decode()
    assert rehearse(client_for(alice)).status_code == 200


def test_too_many_lines_in_a_minute_have_to_wait(
    alice: User, tenant: Tenant, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (preview_slots.RATE.burst, round(preview_slots.RATE.rate_per_s * 60)) == (20, 20)
    monkeypatch.setattr(preview_slots, "RATE", Bucket(rate_per_s=0.001, burst=2))
    client = client_for(alice)
    assert [rehearse(client, SLUR).status_code for _ in range(3)] == [200, 200, 409]


def test_a_line_that_takes_too_long_is_given_up(
    alice: User, tenant: Tenant, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TIME_LIMIT_S", 0.0)
    assert "the time limit was reached" in rehearse(client_for(alice)).content.decode()
