import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
from django_scopes import scope, scopes_disabled

from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from providers.services import save_credential
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.synthesizers import open_with_key
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import VoicePool
from speech.services.pronunciations import add_pronunciation
from speech.services.voices import Provider
from speech.stage.audio import AudioChunk
from speech.stage.chain import VoiceChain
from speech.stage.ports import VoiceSpec
from tenants.models import Tenant
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.synthesizer import FakeSynthesizer

VOICE = Credential.Kind.VOICE

pytestmark = pytest.mark.django_db
LINE = "Benvenuti nella diretta di stasera"


class FakeOwn(FakeSynthesizer):
    """What speaks with a workspace's key, and is closed."""

    def __init__(self, own: TenantCredential, **options: Any) -> None:
        super().__init__(**options)
        self.key = own.secret
        self.is_closed = False

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        assert not self.is_closed
        async with aclosing(super().synthesize(text, voice)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        self.is_closed = True


class Opener:
    """Opens fakes, and keeps them; those with a key that ends in "bad" are refused."""

    def __init__(self) -> None:
        self.opened: list[FakeOwn] = []

    def __call__(self, own: TenantCredential) -> FakeOwn:
        error = SpeechError("401", permanent=True) if own.secret.endswith("bad") else None
        self.opened.append(FakeOwn(own, error=error))
        return self.opened[-1]


def profile_of(tenant: Tenant, key: str = "") -> VoiceProfile:
    with scope(tenant=tenant):
        if key:
            save_credential(tenant=tenant, kind=VOICE, provider=Provider.ELEVENLABS, secret=key)
        return VoiceProfile.objects.create(
            tenant=tenant, name="G", provider=Provider.ELEVENLABS, voice_id="g", language="it"
        )


def shared() -> dict[str, FakeSynthesizer]:
    return {Provider.ELEVENLABS.value: FakeSynthesizer(), Provider.ESPEAK.value: FakeSynthesizer()}


def chain_of(rack: VoicePool, profile: VoiceProfile) -> VoiceChain:
    with scopes_disabled():  # as a worker reads
        return rack.chain_for(profile)


async def spoken(chain: VoiceChain) -> str:
    async with aclosing(chain.speak(LINE)) as chunks:
        heard = [chunk async for chunk in chunks]
    return heard[0].voice


def test_each_workspaces_lives_speak_with_its_own_key_and_no_others(
    tenant: Tenant, other_tenant: Tenant, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY = "shared"
    alices, charlies = profile_of(tenant, "alices-own-key"), profile_of(other_tenant, "charlies-own-key")
    opener, services = Opener(), shared()
    rack = VoicePool(services, TenantVoiceClients(opener))
    for profile in (alices, charlies, alices):
        assert asyncio.run(spoken(chain_of(rack, profile))) == "elevenlabs/g"
    assert [(voice.key, len(voice.lines)) for voice in opener.opened] == [
        ("alices-own-key", 2),
        ("charlies-own-key", 1),
    ]
    assert services["elevenlabs"].lines == []


def test_who_has_no_key_speaks_with_the_installations(
    tenant: Tenant, other_tenant: Tenant, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY = "shared"
    profile_of(other_tenant, "charlies-own-key")
    opener, services = Opener(), shared()
    chain = chain_of(VoicePool(services, TenantVoiceClients(opener)), profile_of(tenant))
    assert asyncio.run(spoken(chain)) == "elevenlabs/g"
    assert (opener.opened, len(services["elevenlabs"].lines)) == ([], 1)


def test_a_workspaces_bad_key_takes_no_voice_off_but_its_own(
    tenant: Tenant, other_tenant: Tenant, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY = "shared"
    rack = VoicePool(shared(), TenantVoiceClients(Opener()))
    bad, fine = chain_of(rack, profile_of(tenant, "key-bad")), chain_of(rack, profile_of(other_tenant))
    for _ in range(3):
        assert asyncio.run(spoken(bad)) == "espeak/f3"
        assert asyncio.run(spoken(fine)) == "elevenlabs/g"
    assert not rack._shared["elevenlabs"].breaker.is_open
    assert [service.breaker.is_open for service in rack._tenant_clients.services] == [True]


def test_a_changed_key_is_another_service(tenant: Tenant) -> None:
    opener = Opener()
    rack = VoicePool(shared(), TenantVoiceClients(opener))
    profile = profile_of(tenant, "the-first-key")
    asyncio.run(spoken(chain_of(rack, profile)))
    with scope(tenant=tenant):
        save_credential(tenant=tenant, kind=VOICE, provider=Provider.ELEVENLABS, secret="the-second-key")
    asyncio.run(spoken(chain_of(rack, profile)))
    assert [voice.key for voice in opener.opened] == ["the-first-key", "the-second-key"]


def test_what_is_left_alone_is_closed_and_opens_again_when_it_speaks(tenant: Tenant) -> None:
    opener = Opener()
    voices = TenantVoiceClients(opener)
    chain = chain_of(VoicePool(shared(), voices), profile_of(tenant, "alices-own-key"))

    async def use() -> None:
        await spoken(chain)
        await voices.close_idle(idle_s=60)
        assert not opener.opened[0].is_closed
        await voices.close_idle(idle_s=-1)
        assert opener.opened[0].is_closed
        await spoken(chain)
        await voices.aclose()

    asyncio.run(use())
    assert [voice.is_closed for voice in opener.opened] == [True, True]


def test_of_too_many_the_longest_unused_is_closed(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speech.runtime.tenant_voices.MAX_OPEN", 1)
    opener = Opener()
    voices = TenantVoiceClients(opener)
    rack = VoicePool(shared(), voices)
    chains = [chain_of(rack, profile_of(each, f"the-key-of-{each.slug}")) for each in (tenant, other_tenant)]

    async def use() -> None:
        for chain in chains:
            await spoken(chain)
        await voices.close_idle()

    asyncio.run(use())
    assert [voice.is_closed for voice in opener.opened] == [True, False]


async def _heard(own: TenantCredential) -> None:
    voice = open_with_key(own)
    async with aclosing(voice.synthesize("ciao", VoiceSpec("g", "it"))) as chunks:
        async for _ in chunks:
            pass
    await voice.aclose()


def test_the_key_travels_to_the_provider(tenant: Tenant, settings: Any) -> None:
    profile_of(tenant, "alices-own-key")
    with scope(tenant=tenant):
        own = readable_credentials(tenant.id, VOICE)[Provider.ELEVENLABS]
    assert own is not None
    with FakeElevenLabs() as server:
        settings.ELEVENLABS_BASE_URL = server.url
        asyncio.run(_heard(own))
    assert server.asked[0].headers["xi-api-key"] == "alices-own-key"


def test_a_lives_line_is_said_with_the_workspaces_words(tenant: Tenant) -> None:
    opener = Opener()
    with scope(tenant=tenant):
        add_pronunciation(tenant=tenant, written="diretta", spoken="diré tta")
    chain = chain_of(VoicePool(shared(), TenantVoiceClients(opener)), profile_of(tenant, "alices-own-key"))
    asyncio.run(spoken(chain))
    assert opener.opened[0].lines[0][0] == "Benvenuti nella diré tta di stasera"
