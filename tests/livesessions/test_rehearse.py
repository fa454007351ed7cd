import re
import threading
import wave
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import redis as sync_redis
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from moderation.defaults import shipped_lexicon
from moderation.stage.help_lines import help_line
from moderation.stage.moderator import Moderator
from planner.errors import PlannerError
from planner.models import Persona
from planner.services import PersonaTraits, create_persona
from planner.stage.planner import Planner
from planner.stage.ports import LanguageModel
from planner.stage.turn import Character
from providers.rate_limit import Bucket
from rehearsals.studio import rehearsing
from rehearsals.studio.answer import Answer, Result
from rehearsals.studio.answering import Answering, ViewerLine
from rehearsals.studio.chats import LANGUAGES, captured_chat
from rehearsals.studio.words import explain
from speech.errors import SpeechError
from speech.runtime import preview_slots, voice_opening
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tenants.models import Tenant, User
from tests.fakes.language_model import FakeLanguageModel
from tests.fakes.openai_chat import Answer as Scripted
from tests.fakes.openai_chat import FakeOpenAIChat
from tests.fakes.synthesizer import FakeSynthesizer

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
GATE = Moderator(["ananas"], shipped=shipped_lexicon(), safe_mode=True)


@pytest.fixture(autouse=True)
def _fresh(redis_client: sync_redis.Redis) -> None:
    """No allowance has been used."""


async def answer_to(
    line: ViewerLine, model: LanguageModel | None = None, voice: FakeSynthesizer | None = None
) -> Answering:
    answering = Answering(
        gate=GATE,
        words=Planner(model, Character("Viva", "", "it")),
        voice=Speaker(voice or FakeSynthesizer(), VoiceSpec("", "it")),
        language="it",
    )
    await answering.run(line)
    return answering


async def test_an_answer_has_its_words_its_sound_and_every_steps_time() -> None:
    model = FakeLanguageModel("Ciao Anna, che bello! ", "Che musica ascolti oggi?")
    answering = await answer_to(ViewerLine("Anna", "ciao"), model)
    answer = answering.answer
    assert answer.result is Result.ANSWERED
    assert answer.sentences == ["Ciao Anna, che bello!", "Che musica ascolti oggi?"]
    assert answer.judged_us > 0
    assert answer.first_sentence_ms is not None
    assert answer.first_audio_ms is not None
    assert answer.text_ms is not None
    assert 0 <= answer.first_sentence_ms <= answer.first_audio_ms
    assert answer.first_sentence_ms <= answer.text_ms
    assert answer.audio_ms == pytest.approx(
        sum(chunk.duration_s for chunk in answering.chunks) * 1000, abs=20
    )
    assert answer.usage.model == "fake"


@pytest.mark.parametrize(
    ("text", "category"), [(SLUR, "slurs"), ("mi piace l'ananas", "blocklist"), ("www.spam.example", "link")]
)
async def test_a_line_that_a_live_would_not_answer_costs_nothing_and_says_why(
    text: str, category: str
) -> None:
    model = FakeLanguageModel("Ciao!")
    answer = (await answer_to(ViewerLine("Anna", text), model)).answer
    assert (answer.result, answer.sentences) == (Result.BLOCKED, [])
    assert category in answer.categories or answer.categories
    assert model.prompts == []
    assert "blocked" in explain(answer).headline


async def test_distress_gets_the_help_line_and_never_the_models_words() -> None:
    model = FakeLanguageModel("Ah ah ah!")
    answering = await answer_to(ViewerLine("Anna", "voglio morire"), model)
    assert answering.answer.result is Result.HELPED
    assert answering.answer.text == help_line("it")
    assert model.prompts == []
    assert answering.chunks


async def test_an_answer_that_the_gate_refuses_is_not_said() -> None:
    answering = await answer_to(ViewerLine("Anna", "ciao"), FakeLanguageModel("Adoro la pizza con l'ananas!"))
    assert answering.answer.result is Result.REFUSED
    assert answering.answer.refused_for == ["blocklist"]
    assert (answering.answer.sentences, answering.chunks) == ([], [])


async def test_a_gift_is_thanked_and_then_the_line_is_answered() -> None:
    answer = (await answer_to(ViewerLine("Anna", "ciao", "Rosa"), FakeLanguageModel("Che bello!"))).answer
    assert len(answer.sentences) >= 2
    assert "Rosa" in answer.sentences[0] or "rosa" in answer.text
    assert answer.sentences[-1] == "Che bello!"


async def test_a_name_that_may_not_be_said_is_not_given_to_the_model() -> None:
    model = FakeLanguageModel("Che bello!")
    answer = (await answer_to(ViewerLine("puttana", "ciao"), model)).answer
    assert answer.name_hidden
    assert model.prompts[0].turn.viewer_name == ""


async def test_a_voice_that_fails_leaves_the_words_and_says_so() -> None:
    voice = FakeSynthesizer(error=SpeechError("down"))
    answer = (await answer_to(ViewerLine("Anna", "ciao"), FakeLanguageModel("Che bello!"), voice)).answer
    assert (answer.text, answer.fault) == ("Che bello!", "speech")
    assert "nothing would be heard" in explain(answer).note


async def test_a_model_that_fails_is_answered_for_by_the_ready_lines() -> None:
    answer = (
        await answer_to(ViewerLine("Anna", "ciao"), FakeLanguageModel(error=PlannerError("down")))
    ).answer
    assert (answer.result, answer.usage.model) == (Result.ANSWERED, "offline")


def test_an_answer_survives_its_keeping() -> None:
    answer = Answer(Result.HELPED, ["Ciao."], categories=["slurs"], first_sentence_ms=3)
    assert Answer.from_plain(answer.to_plain()) == answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_captured_chat_is_varied_and_mostly_answerable(language: str) -> None:
    lines = captured_chat(language)
    assert len(lines) == len({line.text for line in lines}) == 40
    blocked = [line for line in lines if GATE.review(line.text).blocked]
    assert len(blocked) <= 8


# --- the page ----------------------------------------------------------------------------------------


@pytest.fixture
def persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        return create_persona(tenant=tenant, traits=PersonaTraits("Nota", "Ami la musica.", "it"))


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
    alice: User, show: Show, client_for: ClientFor, settings: Any, redis_client: sync_redis.Redis
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
    keys = redis_client.keys("planner:spent:month:*")
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
    assert "The voice cannot be reached" in page
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
    monkeypatch.setattr(rehearsing, "TIME_LIMIT_S", 0.0)
    assert "it took too long" in rehearse(client_for(alice)).content.decode()


# --- two side by side --------------------------------------------------------------------------------


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
    monkeypatch.setattr(rehearsing, "_answer", None)  # whoever asks again fails
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
    alice: User, show: Show, persona: Persona, client_for: ClientFor
) -> None:
    with preview_slots.exclusive(alice.id, "rehearsing"):
        row = compared(client_for(alice), persona, show.persona).content.decode()
    assert "last preview is still running" in row
    assert 'hx-trigger="load"' not in row
