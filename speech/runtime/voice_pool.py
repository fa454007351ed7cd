"""Holds what the lives of a worker share of their voices: clients, breakers, levels and the clip cache."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing, suppress
from uuid import UUID

from django.db import DatabaseError

from billing.usage import SpendCap
from speech.errors import SpeechError, StoreError
from speech.metering import MeteredSynthesizer
from speech.models import VoiceProfile
from speech.runtime.tenant_voices import TenantVoiceClients, VoiceService
from speech.services.clips import clip_names
from speech.services.voice_resolution import VoiceLineup, VoiceOption, resolve_voices
from speech.services.voices import model_of, save_loudness
from speech.stage.cache import AudioCache, CachedVoice
from speech.stage.capabilities import capabilities_of
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import Connected, Synthesizer
from speech.stage.sound.loudness import Loudness
from speech.stage.sound.sound_thread import SoundThread
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.storage import AudioObjectStore
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

FIRST_TIMEOUT_S = 1.2  # then the next voice is tried
LAST_FIRST_TIMEOUT_S = 4.0  # there is no further voice
NEXT_TIMEOUT_S = 2.0
SAVE_EVERY_S = 30.0
PROBE_EVERY_S = 2.0
WARM_EVERY_S = 60.0  # services close idle connections
WARM_TIMEOUT_S = 5.0
MEASURE_TIMEOUT_S = 4.0

# Long enough to measure, short enough to cost almost nothing.
MEASUREMENT_LINES = {
    "it": "Ciao a tutti e benvenuti! Oggi parliamo di musica, di viaggi e di quello che vi va.",
    "en": "Hello everybody, and welcome! Today we talk about music, travelling and whatever you like.",
    "de": "Hallo zusammen und willkommen! Heute reden wir über Musik, übers Reisen und was euch so einfällt.",
}
PROBE_TEXT = "Ok."


# A profile, the provider and voice id that it had when it was measured, and the name of what spoke.
LevelKey = tuple[UUID, tuple[str, str], str]


class VoicePool:
    """The voice services, circuit breakers and voice levels that the lives of a worker share.

    A workspace with its own key for a provider uses that, and shares none of it with others. With a `store`,
    clips of paid voices are cached, so that a line that recurs costs nothing. What the installation pays for
    is reported to a live's spend cap, or else to the pool's `cap`. With a `sound_thread` their audio is
    mastered there, not on the event loop.
    """

    def __init__(
        self,
        synthesizers: Mapping[str, Synthesizer],
        tenant_clients: TenantVoiceClients | None = None,
        *,
        store: AudioObjectStore | None = None,
        cap: SpendCap | None = None,
        sound_thread: SoundThread | None = None,
    ) -> None:
        self._cap = cap
        self._sound_thread = sound_thread
        self._store = store
        self._cache = AudioCache(store) if store else None
        self._shared = {name: VoiceService(name, each) for name, each in synthesizers.items()}
        self._tenant_clients = tenant_clients or TenantVoiceClients()
        self._levels: dict[LevelKey, Level] = {}
        self._saved: dict[LevelKey, Loudness] = {}
        self._levels_by_name: dict[str, Level] = {}  # of the built-in voices that have no profile
        self._first: dict[UUID, VoiceOption] = {}

    def chain_for(self, profile: VoiceProfile) -> VoiceChain:
        """Return the chain of a profile's voices, and load its workspace's clip index. Blocks."""
        self.load_clip_index(profile.tenant_id)
        return self.chain_of(resolve_voices(profile))

    def failing_providers(self) -> list[str]:
        """Return the providers whose circuit breaker is open, among those of the installation itself."""
        return [name for name, service in self._shared.items() if service.breaker.is_open]

    def load_clip_index(self, tenant_id: UUID) -> None:
        """Load the names of a workspace's stored clips. Blocks."""
        if self._cache:
            self._cache.add_stored(clip_names(tenant_id))

    def chain_of(self, lineup: VoiceLineup, cap: SpendCap | None = None) -> VoiceChain:
        """Return the chain of a resolved lineup, without the voices that have no client."""
        found = [(option, self._service_of(option)) for option in lineup.options]
        options = [(option, service) for option, service in found if service is not None]
        for option, service in options:
            service.probe = service.probe or option.voice
            if option.profile_id is not None:
                self._first[option.profile_id] = option
        last = len(options) - 1
        return VoiceChain(
            [
                self._named_voice(option, service, lineup, cap or self._cap, is_last=at == last)
                for at, (option, service) in enumerate(options)
            ]
        )

    def _service_of(self, option: VoiceOption) -> VoiceService | None:
        return (
            self._tenant_clients.service_of(option.credential)
            if option.credential
            else self._shared.get(option.provider)
        )

    def _named_voice(
        self,
        option: VoiceOption,
        service: VoiceService,
        lineup: VoiceLineup,
        cap: SpendCap | None,
        *,
        is_last: bool,
    ) -> NamedVoice:
        is_embedded = not capabilities_of(option.provider).needs_key
        cap = None if is_embedded or option.credential else cap
        speaker = Speaker(
            _metered(service, cap),
            option.voice,
            splits=not is_embedded,
            cached_voice=None if is_embedded else self._cached_voice(option, lineup),
            normalizer=TextNormalizer(option.voice.language, lineup.pronunciations_in(option.voice.language)),
            level=self._level_of(option),
            first_timeout_s=LAST_FIRST_TIMEOUT_S if is_last else FIRST_TIMEOUT_S,
            next_timeout_s=NEXT_TIMEOUT_S,
            sound_thread=self._sound_thread,
        )
        return NamedVoice(option.name, speaker, service.breaker, cap)

    def _cached_voice(self, option: VoiceOption, lineup: VoiceLineup) -> CachedVoice | None:
        if self._cache is None:
            return None
        voice = option.voice
        settings = (f"{voice.speed:.3f}", f"{voice.pitch:.3f}")
        key_parts = (option.name, model_of(option.provider), voice.language, *settings)
        return CachedVoice(self._cache, tenant=str(lineup.tenant_id), key_parts=key_parts)

    def _level_of(self, option: VoiceOption) -> Level:
        """Return the voice's shared level; it begins with the loudness that the profile has stored."""
        if option.profile_id is None:
            return self._levels_by_name.setdefault(f"{option.name}/{option.voice.language}", Level())
        key = (option.profile_id, option.configured, option.name)
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level(option.loudness)
            if level.known:
                self._saved[key] = level.known
        return level

    async def measure(self, profile: VoiceProfile) -> None:
        """Measure a profile's first voice if it never was, so that its first word on air is at its level.

        A voice that cannot be measured is only logged.
        """
        option = self._first.get(profile.id)
        if option is not None:
            try:
                await self.measure_option(option)
            except SpeechError:
                logger.warning("voice not measured: provider=%s", option.provider)

    async def measure_option(
        self,
        option: VoiceOption,
        *,
        first_timeout_s: float = FIRST_TIMEOUT_S,
        timeout_s: float = MEASURE_TIMEOUT_S,
    ) -> None:
        """Measure a voice that never was; raise `SpeechError` when it fails, is late or stays silent."""
        service, level = self._service_of(option), self._level_of(option)
        if service is None or level.known is not None:
            return
        line = MEASUREMENT_LINES.get(option.voice.language[:2], MEASUREMENT_LINES["en"])
        synthesizer = _metered(service, None if option.credential else self._cap)
        speaker = Speaker(
            synthesizer,
            option.voice,
            level=level,
            first_timeout_s=first_timeout_s,
            sound_thread=self._sound_thread,
        )
        try:
            async with asyncio.timeout(timeout_s):
                await _speak_and_discard(speaker, line)
        except TimeoutError:
            raise SpeechError("The voice was not measured in time.") from None
        if level.known is None:
            raise SpeechError("The voice gave only silence.")

    def first_speaker(self, lineup: VoiceLineup) -> Speaker:
        """Return the speaker of a lineup's first voice; raise `SpeechError` when it has no client."""
        option = lineup.options[0]
        service = self._service_of(option)
        if service is None:
            raise SpeechError("Nothing is open for this provider.", permanent=True)
        return self._named_voice(option, service, lineup, self._cap, is_last=True).speaker

    async def cache_line(self, speaker: Speaker, text: str) -> bool:
        """Speak a text and store its clip; return whether it was stored: a long one is not.

        Raise `SpeechError` or `StoreError`.
        """
        await _speak_and_discard(speaker, text, recurs=True)
        return await self.store_offered_clips() > 0

    async def save_forever(self) -> None:
        """Save what was learned about the voices every 30 seconds, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(SAVE_EVERY_S)
                await self.save_learned()
                await self._tenant_clients.close_idle()
        finally:
            await self.save_learned()
            await self._tenant_clients.aclose()

    async def keep_warm_forever(self) -> None:
        """Keep a connection open to every shared service that uses one, until cancelled."""
        while True:
            for service in self._shared.values():
                if isinstance(service.synthesizer, Connected):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(WARM_TIMEOUT_S):
                            await service.synthesizer.keep_warm()
            await asyncio.sleep(WARM_EVERY_S)

    async def store_clips_forever(self) -> None:
        """Store the clips of recurring lines, until cancelled."""
        if self._cache is None:
            await asyncio.Event().wait()
        else:
            await self._cache.store_forever()

    async def store_offered_clips(self) -> int:
        """Store the clips offered so far; return how many were stored; raise `StoreError`."""
        return await self._cache.store_offered() if self._cache is not None else 0

    async def _save_use_of_clips(self) -> None:
        if self._cache is None or self._store is None or not self._cache.used:
            return
        used, self._cache.used = self._cache.used, set()
        try:
            await self._store.touch(used)
        except (StoreError, TimeoutError):
            logger.warning("use of clips not saved: count=%d", len(used))

    async def save_learned(self) -> None:
        """Save the loudness of voices that changed, and which clips were used."""
        await self._save_use_of_clips()
        for key, level in list(self._levels.items()):
            known = level.known
            if known is None or known == self._saved.get(key):
                continue
            profile_id, (provider, voice_id), measured = key
            try:
                await in_thread(
                    save_loudness,
                    profile_id=profile_id,
                    loudness=known,
                    provider=provider,
                    voice_id=voice_id,
                    measured=measured,
                )
            except DatabaseError:
                return
            self._saved[key] = known

    async def probe_forever(self) -> None:
        """Probe the services whose breaker is open, so that no line of a live has to, until cancelled."""
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            shared = [(service, self._cap) for service in self._shared.values()]
            of_tenants = [(service, None) for service in self._tenant_clients.services]
            for service, cap in (*shared, *of_tenants):
                if service.breaker.is_open and service.probe and service.breaker.admit():
                    await _probe(service, cap)


def _metered(service: VoiceService, cap: SpendCap | None) -> Synthesizer:
    """Return what speaks for a service, reporting to a cap; as it is where the call is not ours to pay."""
    if cap is None or not capabilities_of(service.provider).needs_key:
        return service.synthesizer
    model = model_of(service.provider)
    return MeteredSynthesizer(service.synthesizer, cap, provider=service.provider, model=model)


async def _probe(service: VoiceService, cap: SpendCap | None) -> None:
    voice = service.probe
    assert voice is not None  # noqa: S101 - only those are probed
    speaker = Speaker(_metered(service, cap), voice, first_timeout_s=LAST_FIRST_TIMEOUT_S)
    with service.breaker.attempt() as attempt:
        try:
            await _speak_and_discard(speaker, PROBE_TEXT)
        except SpeechError as error:
            attempt.failed(permanent=error.permanent)
            return
        attempt.succeeded()
    logger.info("voice is back: provider=%s", service.provider)


async def _speak_and_discard(speaker: Speaker, line: str, *, recurs: bool = False) -> None:
    async with aclosing(speaker.speak(line, recurs=recurs)) as chunks:
        async for _ in chunks:
            pass
