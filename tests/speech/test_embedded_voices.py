"""The two built-in voices in one chain, with their real engines."""

from contextlib import AsyncExitStack, aclosing

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scope

from speech.models import VoiceProfile
from speech.runtime.voice_opening import open_lineup
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import Provider
from speech.stage.chain import VoiceChain
from tenants.models import Tenant, User

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def lineup(tenant: Tenant) -> VoiceLineup:
    with scope(tenant=tenant):
        return resolve_voices(VoiceProfile(tenant=tenant, provider=Provider.AUTO, language="it"))


async def spoken_by(chain: VoiceChain, text: str) -> set[str]:
    async with aclosing(chain.speak(text)) as chunks:
        return {chunk.voice async for chunk in chunks}


async def test_a_text_without_a_sound_in_pico_is_said_by_espeak_and_pico_goes_on(lineup: VoiceLineup) -> None:
    async with AsyncExitStack() as stack:
        voices = await open_lineup(stack, lineup)
        assert voices is not None
        for text, voice in (
            ("Ciao a tutti!", "pico/clara"),
            ("Привет всем, как дела?", "espeak/f3"),
            ("مرحبا بكم في البث", "espeak/f3"),
            ("Добрый вечер, друзья", "espeak/f3"),
            ("Łukasz, benvenuto!", "pico/clara"),
            ("Ciao, Анна!", "pico/clara"),
            ("E adesso?" + "!?" * 100, "pico/clara"),
        ):
            assert await spoken_by(voices.own, text) == {voice}, text


async def test_espeak_speaks_when_pico_does_not_come_back_and_the_next_line_is_picos(
    lineup: VoiceLineup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        voices = await open_lineup(stack, lineup)
        assert voices is not None
        with monkeypatch.context() as endless:
            endless.setattr("speech.providers.pico.clauses_of", lambda text, language: ["è" * 200])
            assert await spoken_by(voices.own, "Ciao a tutti!") == {"espeak/f3"}
            assert await spoken_by(voices.own, "Come state?") == {"espeak/f3"}
        assert await spoken_by(voices.own, "Rieccomi qui con voi") == {"pico/clara"}


@pytest.mark.parametrize(("language", "name"), [("it", "Clara, natural"), ("en", "Emma, British")])
def test_the_voice_form_offers_picos_characters(
    alice: User, tenant: Tenant, client: Client, language: str, name: str
) -> None:
    client.force_login(alice)
    sent = {"name": "A", "provider": "pico", "language": language, "refresh": "1"}
    page = client.post(reverse("speech:voice_create"), sent).content.decode()
    assert name in page
    assert ("Arthur" in page) == (language == "en")
