"""The voices of a worker: opened once, kept at one loudness, taken off while they fail, and tried again."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing, suppress
from uuid import UUID

from django.db import DatabaseError

from speech.errors import SpeechError, StoreError
from speech.models import VoiceProfile
from speech.runtime.synthesizers import open_synthesizer as open_synthesizer
from speech.runtime.synthesizers import open_synthesizers as open_synthesizers
from speech.runtime.tenant_voices import TenantVoiceClients, VoiceService
from speech.services.lines import names_of_lines
from speech.services.voice_resolution import VoiceLineup, VoiceOption, resolve_voices
from speech.services.voices import keep_loudness, model_of
from speech.stage.cache import AudioCache, CachedVoice
from speech.stage.capabilities import capabilities_of
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import Connected, Synthesizer
from speech.stage.sound.loudness import Loudness
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.storage import AudioObjectStore
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

FIRST_WITHIN_S = 1.2  # then the next voice is asked
LAST_FIRST_WITHIN_S = 4.0  # behind the last there is nobody
NEXT_WITHIN_S = 2.0
KEEP_EVERY_S = 30.0
PROBE_EVERY_S = 2.0
WARM_EVERY_S = 60.0  # services close a connection that nobody uses
WARM_WITHIN_S = 5.0
MEASURE_WITHIN_S = 4.0

# Long enough to be measured, short enough to cost next to nothing.
MEASURED_LINES = {
    "it": "Ciao a tutti e benvenuti! Oggi parliamo di musica, di viaggi e di quello che vi va.",
    "en": "Hello everybody, and welcome! Today we talk about music, travelling and whatever you like.",
}
PROBE = "Ok."


# A profile, and the provider and voice that it had when its loudness was heard.
LevelKey = tuple[UUID, tuple[str, str]]


class VoicePool:
    """What the lives of a worker share of their voices: services, their breakers, and each one's level.

    A workspace that has a key of its own for a provider speaks with that, and shares nothing of it. With a
    `store` lines that cost something are kept, to be said again for nothing.
    """

    def __init__(
        self,
        synthesizers: Mapping[str, Synthesizer],
        tenant_clients: TenantVoiceClients | None = None,
        *,
        store: AudioObjectStore | None = None,
    ) -> None:
        self._store = store
        self._cache = AudioCache(store) if store else None
        self._shared = {name: VoiceService(name, each) for name, each in synthesizers.items()}
        self._own = tenant_clients or TenantVoiceClients()
        self._levels: dict[LevelKey, Level] = {}
        self._kept: dict[LevelKey, Loudness] = {}
        self._spare = Level()  # the offline voice's, where it is nobody's profile
        self._first: dict[UUID, VoiceOption] = {}

    def chain_for(self, profile: VoiceProfile) -> VoiceChain:
        """Return a profile's voices in the order in which they are asked. Blocks."""
        self.expect_lines(profile.tenant_id)
        return self.chain_of(resolve_voices(profile))

    def expect_lines(self, tenant_id: UUID) -> None:
        """Learn which lines of a workspace are kept. Blocks."""
        if self._cache:
            self._cache.expect(names_of_lines(tenant_id))

    def chain_of(self, lineup: VoiceLineup) -> VoiceChain:
        """Return the chain of voices that were read before."""
        found = [(option, self._service_of(option)) for option in lineup.options]
        options = [(option, service) for option, service in found if service is not None]
        for option, service in options:
            service.probe = service.probe or option.voice
            if option.profile_id is not None:
                self._first[option.profile_id] = option
        last = len(options) - 1
        return VoiceChain(
            [
                self._seat(option, service, lineup, is_last=at == last)
                for at, (option, service) in enumerate(options)
            ]
        )

    def _service_of(self, option: VoiceOption) -> VoiceService | None:
        return (
            self._own.service_of(option.credential)
            if option.credential
            else self._shared.get(option.provider)
        )

    def _seat(
        self, option: VoiceOption, service: VoiceService, lineup: VoiceLineup, *, is_last: bool
    ) -> NamedVoice:
        is_embedded = not capabilities_of(option.provider).needs_key
        speaker = Speaker(
            service.synthesizer,
            option.voice,
            splits=not is_embedded,
            shelf=None if is_embedded else self._shelf_of(option, lineup),
            reader=TextNormalizer(option.voice.language, lineup.pronunciations_in(option.voice.language)),
            level=self._level_of(option),
            first_within_s=LAST_FIRST_WITHIN_S if is_last else FIRST_WITHIN_S,
            next_within_s=NEXT_WITHIN_S,
        )
        return NamedVoice(option.name, speaker, service.breaker)

    def _shelf_of(self, option: VoiceOption, lineup: VoiceLineup) -> CachedVoice | None:
        if self._cache is None:
            return None
        voice = option.voice
        settings = (f"{voice.speed:.3f}", f"{voice.pitch:.3f}")
        told = (option.name, model_of(option.provider), voice.language, *settings)
        return CachedVoice(self._cache, tenant=str(lineup.tenant_id), told=told)

    def _level_of(self, option: VoiceOption) -> Level:
        """The level learned here, or by whoever spoke with the voice before."""
        if option.profile_id is None:
            return self._spare
        key = (option.profile_id, option.configured)
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level(option.loudness)
            if level.known:
                self._kept[key] = level.known
        return level

    async def measure(self, profile: VoiceProfile) -> None:
        """Say a line to nobody in a voice that was never heard, so that its first word is at its level."""
        option = self._first.get(profile.id)
        if option is not None:
            try:
                await self.hear(option)
            except SpeechError:
                logger.warning("voice not measured: provider=%s", option.provider)

    async def hear(
        self,
        option: VoiceOption,
        *,
        first_within_s: float = FIRST_WITHIN_S,
        within_s: float = MEASURE_WITHIN_S,
    ) -> None:
        """Learn how loud a voice is that was never heard; raise `SpeechError` when nothing is to be heard."""
        service, level = self._service_of(option), self._level_of(option)
        if service is None or level.known is not None:
            return
        line = MEASURED_LINES.get(option.voice.language[:2], MEASURED_LINES["en"])
        speaker = Speaker(service.synthesizer, option.voice, level=level, first_within_s=first_within_s)
        try:
            async with asyncio.timeout(within_s):
                await _say_to_nobody(speaker, line)
        except TimeoutError:
            raise SpeechError("The voice was not heard in time.") from None
        if level.known is None:
            raise SpeechError("The voice gave nothing but silence.")

    def first_speaker(self, lineup: VoiceLineup) -> Speaker:
        """Return who speaks first of a cast, alone; raise `SpeechError` when nothing is open for it."""
        option = lineup.options[0]
        service = self._service_of(option)
        if service is None:
            raise SpeechError("Nothing is open for this provider.", permanent=True)
        return self._seat(option, service, lineup, is_last=True).speaker

    async def record(self, speaker: Speaker, text: str) -> bool:
        """Say a text to nobody and keep it, unless it is too long. Raises `SpeechError` or `StoreError`."""
        await _say_to_nobody(speaker, text, recurs=True)
        return await self.keep_offered_lines() > 0

    async def keep_forever(self) -> None:
        """Write down what was learned about the voices, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(KEEP_EVERY_S)
                await self.keep_learned()
                await self._own.close_idle()
        finally:
            await self.keep_learned()
            await self._own.aclose()

    async def keep_warm_forever(self) -> None:
        """Keep a connection open to every service that is reached over one, until cancelled."""
        while True:
            for service in self._shared.values():
                if isinstance(service.synthesizer, Connected):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(WARM_WITHIN_S):
                            await service.synthesizer.keep_warm()
            await asyncio.sleep(WARM_EVERY_S)

    async def keep_lines_forever(self) -> None:
        """Keep the lines that are worth it, until cancelled."""
        if self._cache is None:
            await asyncio.Event().wait()
        else:
            await self._cache.keep_forever()

    async def keep_offered_lines(self) -> int:
        """Keep what was said so far and is worth it; return how many lines that were. Raises `StoreError`."""
        return await self._cache.keep_offered() if self._cache is not None else 0

    async def _note_used_lines(self) -> None:
        if self._cache is None or self._store is None or not self._cache.used:
            return
        used, self._cache.used = self._cache.used, set()
        try:
            await self._store.touch(used)
        except (StoreError, TimeoutError):
            logger.warning("use of lines not noted: count=%d", len(used))

    async def keep_learned(self) -> None:
        """Write down how loud the voices turned out to be, and which lines were used."""
        await self._note_used_lines()
        for (profile_id, configured), level in list(self._levels.items()):
            known = level.known
            if known is None or known == self._kept.get((profile_id, configured)):
                continue
            provider, voice_id = configured
            try:
                await in_thread(
                    keep_loudness,
                    profile_id=profile_id,
                    loudness=known,
                    provider=provider,
                    voice_id=voice_id,
                )
            except DatabaseError:
                return
            self._kept[profile_id, configured] = known

    async def probe_forever(self) -> None:
        """Try the voices that were taken off, so that no line has to, until cancelled."""
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            for service in (*self._shared.values(), *self._own.services):
                if service.breaker.is_open and service.probe and service.breaker.admit():
                    await _probe(service)


async def _probe(service: VoiceService) -> None:
    voice = service.probe
    assert voice is not None  # noqa: S101 - only those are probed
    speaker = Speaker(service.synthesizer, voice, first_within_s=LAST_FIRST_WITHIN_S)
    with service.breaker.attempt() as attempt:
        try:
            await _say_to_nobody(speaker, PROBE)
        except SpeechError as error:
            attempt.failed(permanent=error.permanent)
            return
        attempt.succeeded()
    logger.info("voice is back: provider=%s", service.provider)


async def _say_to_nobody(speaker: Speaker, line: str, *, recurs: bool = False) -> None:
    async with aclosing(speaker.speak(line, recurs=recurs)) as chunks:
        async for _ in chunks:
            pass
