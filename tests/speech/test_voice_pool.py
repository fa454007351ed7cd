import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from django_scopes import scope

from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.voice_pool import PROBE_TEXT, VoicePool
from speech.services.voices import Provider
from speech.stage.audio import AudioChunk
from speech.stage.chain import VoiceChain
from tenants.models import Tenant
from tenants.threads import in_thread
from tests.fakes.synthesizer import FakeSynthesizer
from tests.livesessions.conftest import eventually

LINE = "Benvenuti nella diretta di stasera"
REFUSED = SpeechError("401", permanent=True)


@pytest.fixture
def profile(tenant: Tenant, settings: Any) -> VoiceProfile:
    settings.ELEVENLABS_API_KEY = settings.OPENAI_API_KEY = "a key"
    with scope(tenant=tenant):
        openai = VoiceProfile.objects.create(
            tenant=tenant, name="Coral", provider=Provider.OPENAI, voice_id="coral", language="it"
        )
        return VoiceProfile.objects.create(
            tenant=tenant,
            name="Giulia",
            provider=Provider.ELEVENLABS,
            voice_id="g",
            language="it",
            backup=openai,
        )


def three(**error: SpeechError) -> dict[str, FakeSynthesizer]:
    providers = (Provider.ELEVENLABS, Provider.OPENAI, Provider.ESPEAK)
    return {provider: FakeSynthesizer(error=error.get(provider.value)) for provider in providers}


async def spoken(chain: VoiceChain) -> str:
    async with aclosing(chain.speak(LINE)) as chunks:
        heard: list[AudioChunk] = [chunk async for chunk in chunks]
    return heard[0].voice


def chain_of(rack: VoicePool, profile: VoiceProfile) -> VoiceChain:
    with scope(tenant=profile.tenant):
        return rack.chain_for(profile)


@pytest.mark.django_db
def test_the_backup_speaks_when_the_voice_cannot_and_the_offline_voice_when_neither_can(
    profile: VoiceProfile,
) -> None:
    for failing, expected in (
        ({}, "elevenlabs/g"),
        ({"elevenlabs": REFUSED}, "openai/coral"),
        ({"elevenlabs": REFUSED, "openai": REFUSED}, "espeak/f3"),
    ):
        assert asyncio.run(spoken(chain_of(VoicePool(three(**failing)), profile))) == expected


@pytest.mark.django_db
def test_a_voice_whose_key_has_gone_is_passed_over(profile: VoiceProfile) -> None:
    services = three()
    del services[Provider.ELEVENLABS]
    assert asyncio.run(spoken(chain_of(VoicePool(services), profile))) == "openai/coral"


@pytest.mark.django_db
def test_voices_that_stand_in_for_each_other_are_asked_once_each(profile: VoiceProfile) -> None:
    backup = profile.backup
    assert backup is not None
    backup.backup = profile
    backup.save(update_fields=["backup"])
    services = three(elevenlabs=REFUSED, openai=REFUSED)
    assert asyncio.run(spoken(chain_of(VoicePool(services), profile))) == "espeak/f3"
    assert len(services[Provider.ELEVENLABS].lines) == 1


@pytest.mark.django_db(transaction=True)
async def test_a_new_voice_is_measured_once_and_its_loudness_is_kept_with_it(profile: VoiceProfile) -> None:
    services = three()
    rack = VoicePool(services)
    await in_thread(rack.chain_for, profile)
    await rack.measure(profile)
    await rack.measure(profile)
    assert len(services[Provider.ELEVENLABS].lines) == 1
    await rack.save_learned()
    kept = await in_thread(VoiceProfile.objects.get, id=profile.id)
    assert kept.loudness_lufs == pytest.approx(-9.9, abs=0.3)
    assert kept.loudness_heard_s > 0

    again = three()
    successor = VoicePool(again)
    await in_thread(successor.chain_for, kept)
    await successor.measure(kept)
    assert again[Provider.ELEVENLABS].lines == []


@pytest.mark.django_db(transaction=True)
async def test_a_voice_that_cannot_be_measured_keeps_nobody_from_going_live(profile: VoiceProfile) -> None:
    rack = VoicePool(three(elevenlabs=REFUSED))
    await in_thread(rack.chain_for, profile)
    await rack.measure(profile)


@pytest.mark.django_db(transaction=True)
async def test_a_voice_that_was_taken_off_is_tried_by_nobody_but_the_probe(
    profile: VoiceProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speech.runtime.voice_pool.PROBE_EVERY_S", 0.01)
    services = three(elevenlabs=REFUSED)
    rack = VoicePool(services)
    chain = await in_thread(rack.chain_for, profile)
    assert await spoken(chain) == "openai/coral"
    assert await spoken(chain) == "openai/coral"
    elevenlabs = services[Provider.ELEVENLABS]
    assert [line for line, _ in elevenlabs.lines] == [LINE]

    elevenlabs._error = None
    breaker = rack._shared[Provider.ELEVENLABS].breaker
    breaker._probe_at_s = 0.0
    probing = asyncio.ensure_future(rack.probe_forever())
    try:
        await eventually(lambda: not breaker.is_open)
    finally:
        probing.cancel()
    assert [line for line, _ in elevenlabs.lines] == [LINE, PROBE_TEXT]
    assert await spoken(chain) == "elevenlabs/g"
