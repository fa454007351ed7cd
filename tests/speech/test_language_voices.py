"""A viewer is answered in the viewer's language: which voices say that."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django_scopes import scope

from providers.models import Credential
from providers.services import save_credential
from speech.models import VoiceProfile
from speech.runtime.language_voices import LanguageVoices
from speech.runtime.voice_pool import VoicePool
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import Provider
from tenants.models import Tenant
from tests.fakes.synthesizer import FakeSynthesizer
from tests.speech.listening import heard

pytestmark = pytest.mark.django_db


def lineup_of(tenant: Tenant, **profile: Any) -> VoiceLineup:
    with scope(tenant=tenant):
        return resolve_voices(VoiceProfile(**{"tenant": tenant, "language": "it", **profile}))


def voices_in(lineup: VoiceLineup, language: str) -> list[str]:
    options = lineup.in_language(language).options
    assert {option.voice.language for option in options} == {language}
    return [option.name for option in options]


@pytest.mark.parametrize(
    ("profile", "language", "voices"),
    [
        ({"provider": "auto"}, "en", ["pico/clara", "espeak/f3"]),
        ({"provider": "auto"}, "de", ["pico/clara", "espeak/f3"]),
        ({"provider": "pico", "voice_id": "leo"}, "es", ["pico/leo", "espeak/f3"]),
        ({"provider": "pico", "voice_id": "leo"}, "pt", ["espeak/f3"]),
        ({"provider": "espeak", "voice_id": "Annie"}, "en", ["espeak/Annie", "pico/clara"]),
        ({"provider": "auto", "language": "pt"}, "it", ["pico/clara", "espeak/f3"]),
        ({"provider": "openai", "voice_id": "coral"}, "fr", ["openai/coral", "pico/clara", "espeak/f3"]),
        ({"provider": "openai", "voice_id": "coral"}, "pt", ["openai/coral", "espeak/f3"]),
        ({"provider": "elevenlabs", "voice_id": "g"}, "de", ["elevenlabs/g", "pico/clara", "espeak/f3"]),
        ({"provider": "azure"}, "en", ["azure/en-US-JennyNeural", "pico/clara", "espeak/f3"]),
        ({"provider": "azure"}, "fr", ["pico/clara", "espeak/f3"]),
        ({"provider": "azure", "voice_id": "it-IT-DiegoNeural"}, "en", ["pico/clara", "espeak/f3"]),
        (
            {"provider": "azure", "voice_id": "en-US-AvaMultilingualNeural"},
            "de",
            ["azure/en-US-AvaMultilingualNeural", "pico/clara", "espeak/f3"],
        ),
    ],
)
def test_a_voice_of_many_languages_stays_and_another_gives_way_to_the_embedded_one(
    tenant: Tenant, settings: Any, profile: dict[str, str], language: str, voices: list[str]
) -> None:
    settings.OPENAI_API_KEY = settings.ELEVENLABS_API_KEY = settings.AZURE_SPEECH_KEY = "shared"
    settings.AZURE_SPEECH_REGION = "westeurope"
    if profile["provider"] == "auto":
        settings.OPENAI_API_KEY = settings.ELEVENLABS_API_KEY = settings.AZURE_SPEECH_KEY = ""
    assert voices_in(lineup_of(tenant, **profile), language) == voices


def test_a_model_that_speaks_english_only_says_nothing_else(tenant: Tenant, settings: Any) -> None:
    settings.ELEVENLABS_API_KEY, settings.ELEVENLABS_MODEL = "shared", "eleven_flash_v2"
    lineup = lineup_of(tenant, provider="elevenlabs", voice_id="g", language="en")
    assert voices_in(lineup, "it") == ["pico/clara", "espeak/f3"]


def test_a_workspaces_own_key_is_used_for_every_language_of_its_voice(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        save_credential(
            tenant=tenant, kind=Credential.Kind.VOICE, provider=Provider.OPENAI, secret="sk-of-alice-123456"
        )
    first = lineup_of(tenant, provider="openai", voice_id="coral").in_language("en").options[0]
    assert first.credential is not None
    assert first.name == "openai/coral"


def test_an_embedded_voice_keeps_the_speed_and_pitch_that_the_show_has(tenant: Tenant) -> None:
    first = lineup_of(tenant, provider="auto", speed=1.2, pitch=0.4).in_language("de").options[0]
    assert (first.voice.speed, first.voice.pitch) == (1.2, 0.4)
    assert first.loudness is None, "the German voice is another one, with another loudness"


async def test_each_text_is_normalized_in_its_own_language(tenant: Tenant) -> None:
    pico = FakeSynthesizer()
    voices = LanguageVoices(VoicePool({"pico": pico, "espeak": FakeSynthesizer()}), await _auto(tenant))
    await heard(voices.own.speak("Siamo in 118."))
    await heard((await voices("en")).speak("We are 118."))
    await heard((await voices("de")).speak("Wir sind 118."))
    said = [(text, voice.language) for text, voice in pico.lines if "1" not in text and "," not in text]
    assert ("Siamo in centodiciotto.", "it") in said
    assert any(language == "en" and "hundred" in text for text, language in said)
    assert any(language == "de" and "hundertachtzehn" in text for text, language in said)


async def test_a_language_is_measured_before_its_first_word_and_opened_once(tenant: Tenant) -> None:
    pico = FakeSynthesizer()
    pool = VoicePool({"pico": pico, "espeak": FakeSynthesizer()})
    voices = LanguageVoices(pool, await _auto(tenant))
    first = await voices("en")
    measured = list(pico.lines)
    assert [voice.language for _, voice in measured] == ["en"]
    assert await voices("en") is first
    assert await LanguageVoices(pool, await _auto(tenant))("en") is not first
    assert pico.lines == measured, "the next live's voice is known already"


async def _auto(tenant: Tenant) -> VoiceLineup:
    return await sync_to_async(lineup_of)(tenant, provider="auto")
