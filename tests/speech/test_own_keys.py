import logging
from typing import Any

import pytest
from django_scopes import scope, scopes_disabled

from providers.fields import EncryptedText
from providers.models import Credential
from providers.services import save_credential
from speech.models import VoiceProfile
from speech.services.voice_resolution import resolve_voices
from speech.services.voices import Provider, resolve_voice
from tenants.models import Tenant

VOICE = Credential.Kind.VOICE
KEY = "sk-a-key-that-nobody-sees-1234"

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(tenant: Tenant) -> Credential:
    with scope(tenant=tenant):
        return save_credential(tenant=tenant, kind=VOICE, provider=Provider.OPENAI, secret=KEY)


def test_a_voice_whose_own_key_is_broken_is_passed_over_and_never_spoken_with_the_shared_one(
    own: Credential, tenant: Tenant, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OPENAI_API_KEY = "shared"
    with scope(tenant=tenant):
        Credential.objects.update(secret=EncryptedText("broken"))
        voice = VoiceProfile(tenant=tenant, provider=Provider.OPENAI, language="it")
        with caplog.at_level(logging.WARNING):
            options = resolve_voices(voice).options
    assert [option.provider for option in options] == ["pico", "espeak"]
    assert "unreadable" in caplog.text


def test_the_best_voice_counts_the_workspaces_own_keys(own: Credential, tenant: Tenant) -> None:
    voice = VoiceProfile(tenant=tenant, provider=Provider.AUTO, language="it")
    assert resolve_voice(voice)[0] == "pico"
    with scope(tenant=tenant):
        (first, then, last) = resolve_voices(voice).options
    assert (first.provider, then.provider, last.provider) == ("openai", "pico", "espeak")
    assert first.credential is not None
    assert last.credential is None


def test_what_was_measured_before_the_best_voice_changed_is_not_its_loudness(
    tenant: Tenant, settings: Any
) -> None:
    with scope(tenant=tenant):
        voice = VoiceProfile(tenant=tenant, provider=Provider.AUTO, language="it", loudness_lufs=-20.4)
        assert resolve_voices(voice).options[0].loudness is None  # measured before Pico, with eSpeak NG
        voice.loudness_voice = "pico/clara"
        assert resolve_voices(voice).options[0].loudness is not None
        settings.OPENAI_API_KEY = "shared"
        assert resolve_voices(voice).options[0].loudness is None
        chosen = VoiceProfile(tenant=tenant, provider=Provider.ESPEAK, language="it", loudness_lufs=-20.4)
        assert resolve_voices(chosen).options[0].loudness is not None


def test_who_chose_espeak_keeps_it_and_every_other_voice_has_both_behind_it(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        for provider, expected in (
            (Provider.AUTO, ["pico", "espeak"]),
            (Provider.PICO, ["pico", "espeak"]),
            (Provider.ESPEAK, ["espeak", "pico"]),
        ):
            options = resolve_voices(VoiceProfile(tenant=tenant, provider=provider, language="it")).options
            assert [option.provider for option in options] == expected


def test_one_workspaces_cast_never_holds_anothers_key(
    own: Credential, tenant: Tenant, other_tenant: Tenant
) -> None:
    with scopes_disabled():  # as a worker reads
        save_credential(tenant=other_tenant, kind=VOICE, provider=Provider.ELEVENLABS, secret="charlies-own")
        for owner, provider in ((tenant, "openai"), (other_tenant, "elevenlabs")):
            options = resolve_voices(VoiceProfile(tenant=owner, provider="auto", language="it")).options
            assert [option.provider for option in options] == [provider, "pico", "espeak"]
            assert {option.credential.tenant_id for option in options if option.credential} == {owner.id}
