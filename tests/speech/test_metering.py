"""What voices report of what they speak, and what is spoken once the spend cap is reached."""

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import UUID

import pytest
from django_scopes import scope

from billing.usage import Subject, UsageKind
from providers.models import Credential
from providers.services import save_credential
from speech.errors import SpeechError
from speech.metering import MeteredSynthesizer
from speech.models import VoiceProfile
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import PROBE_TEXT, VoicePool
from speech.services.voice_resolution import resolve_voices
from speech.services.voices import Provider
from speech.stage.ports import VoiceSpec
from tenants.models import Tenant
from tests.fakes.spend_cap import FakeSpendCap
from tests.fakes.synthesizer import FakeSynthesizer
from tests.livesessions.conftest import eventually
from tests.speech.test_tenant_voices import Opener
from tests.speech.test_voice_pool import LINE, REFUSED, spoken, three

VOICE = VoiceSpec("g", "it")
SPOKEN = [(UsageKind.VOICE_CHARACTERS, len(LINE))]
SUBJECT = Subject(UUID(int=1), UUID(int=2))


async def said(synthesizer: FakeSynthesizer, cap: FakeSpendCap, *, leaves: bool = False) -> None:
    metered = MeteredSynthesizer(synthesizer, cap, provider="elevenlabs", model="eleven_v3")
    async with aclosing(metered.synthesize(LINE, VOICE)) as chunks:
        async for _ in chunks:
            if leaves:
                break


async def test_a_line_is_reported_by_its_characters_with_its_provider_model_and_subject() -> None:
    cap = FakeSpendCap(subject=SUBJECT)
    await said(FakeSynthesizer(), cap)
    (usage,) = cap.records
    assert (usage.kind, usage.quantity) == SPOKEN[0]
    assert (usage.provider, usage.model, usage.subject) == ("elevenlabs", "eleven_v3", SUBJECT)


@pytest.mark.parametrize(("fail_after", "reported"), [(0, []), (1, SPOKEN)])
async def test_a_request_that_failed_before_its_first_audio_is_not_billed(
    fail_after: int, reported: list[tuple[UsageKind, int]]
) -> None:
    cap = FakeSpendCap()
    with pytest.raises(SpeechError):
        await said(FakeSynthesizer(error=REFUSED, fail_after=fail_after), cap)
    assert cap.quantities == reported


async def test_a_line_that_was_cut_off_is_billed_whole() -> None:
    cap = FakeSpendCap()
    await said(FakeSynthesizer(), cap, leaves=True)
    assert cap.quantities == SPOKEN


async def test_a_line_that_was_cut_off_before_its_first_audio_is_billed() -> None:
    async def never(number: int) -> None:
        await asyncio.Event().wait()

    cap = FakeSpendCap()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await said(FakeSynthesizer(before_piece=never), cap)
    assert cap.quantities == SPOKEN


@pytest.fixture
def profile(tenant: Tenant, settings: Any) -> VoiceProfile:
    settings.ELEVENLABS_API_KEY = "a key"
    with scope(tenant=tenant):
        return VoiceProfile.objects.create(
            tenant=tenant, name="Giulia", provider=Provider.ELEVENLABS, voice_id="g", language="it"
        )


def said_by(pool: VoicePool, profile: VoiceProfile, cap: FakeSpendCap) -> str:
    with scope(tenant=profile.tenant):
        lineup = resolve_voices(profile)
    return asyncio.run(spoken(pool.chain_of(lineup, cap)))


@pytest.mark.django_db
def test_a_live_reports_its_paid_voice_and_not_the_embedded_one(profile: VoiceProfile) -> None:
    cap = FakeSpendCap()
    assert said_by(VoicePool(three()), profile, cap) == "elevenlabs/g"
    assert cap.quantities == SPOKEN
    assert said_by(VoicePool(three(elevenlabs=REFUSED)), profile, cap).startswith("espeak/")
    assert cap.quantities == SPOKEN


@pytest.mark.django_db
def test_once_the_cap_is_reached_the_embedded_voice_speaks_and_no_breaker_opens(
    profile: VoiceProfile,
) -> None:
    services = three()
    pool = VoicePool(services)
    assert said_by(pool, profile, FakeSpendCap(is_open=False)).startswith("espeak/")
    assert services[Provider.ELEVENLABS].lines == []
    assert said_by(pool, profile, FakeSpendCap()) == "elevenlabs/g"


@pytest.mark.django_db
def test_a_voice_with_the_workspaces_own_key_counts_against_no_cap(profile: VoiceProfile) -> None:
    with scope(tenant=profile.tenant):
        save_credential(
            tenant=profile.tenant, kind=Credential.Kind.VOICE, provider="elevenlabs", secret="own-key"
        )
    cap = FakeSpendCap(is_open=False)
    pool = VoicePool(three(), TenantVoiceClients(Opener()))
    assert said_by(pool, profile, cap) == "elevenlabs/g"
    assert cap.records == []


@pytest.mark.django_db
async def test_what_the_installation_says_to_itself_is_reported_too(profile: VoiceProfile) -> None:
    cap = FakeSpendCap()
    pool = VoicePool({Provider.ELEVENLABS: FakeSynthesizer()}, cap=cap)
    service = pool._shared[Provider.ELEVENLABS]
    service.probe = VOICE
    service.breaker.failed(permanent=True)
    service.breaker._probe_at_s = 0.0
    probing = asyncio.get_running_loop().create_task(pool.probe_forever())
    try:
        await eventually(lambda: not service.breaker.is_open)
    finally:
        probing.cancel()
    assert cap.quantities == [(UsageKind.VOICE_CHARACTERS, len(PROBE_TEXT))]
