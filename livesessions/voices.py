"""The voices of a worker: opened once, kept at one loudness, taken off while they fail, and tried again."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack, aclosing
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from livesessions.threads import in_thread
from planner.stage.breaker import Breaker
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.espeak import EspeakSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.services import Provider, keep_loudness, known_loudness, resolve_voice, voices_in_order
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, Voice
from speech.stage.reading import Reader
from speech.stage.sound import Loudness
from speech.stage.speaker import Speaker

logger = logging.getLogger(__name__)

FIRST_WITHIN_S = 1.2  # then the next voice is asked
LAST_FIRST_WITHIN_S = 4.0  # behind the last there is nobody
NEXT_WITHIN_S = 2.0
KEEP_EVERY_S = 30.0
PROBE_EVERY_S = 2.0
MEASURE_WITHIN_S = 4.0

# Long enough to be measured, short enough to cost next to nothing.
MEASURED_LINES = {
    "it": "Ciao a tutti e benvenuti! Oggi parliamo di musica, di viaggi e di quello che vi va.",
    "en": "Hello everybody, and welcome! Today we talk about music, travelling and whatever you like.",
}
PROBE = "Ok."


async def open_synthesizers(stack: AsyncExitStack) -> dict[str, Synthesizer]:
    """Open every voice that this installation has a key for, and the embedded one."""
    providers = [Provider.ESPEAK]
    if settings.ELEVENLABS_API_KEY:
        providers.append(Provider.ELEVENLABS)
    if settings.OPENAI_API_KEY:
        providers.append(Provider.OPENAI)
    return {provider: await open_synthesizer(stack, provider) for provider in providers}


async def open_synthesizer(stack: AsyncExitStack, provider: str, *, pool_size: int = 2) -> Synthesizer:
    """Open what speaks for a provider. `pool_size` is how many lines the embedded voice says at a time."""
    if provider == Provider.ELEVENLABS:
        elevenlabs = ElevenLabsSynthesizer(
            api_key=settings.ELEVENLABS_API_KEY,
            base_url=settings.ELEVENLABS_BASE_URL,
            model_id=settings.ELEVENLABS_MODEL,
            timeout_s=settings.ELEVENLABS_TIMEOUT_S,
        )
        stack.push_async_callback(elevenlabs.aclose)
        return elevenlabs
    if provider == Provider.OPENAI:
        speech = OpenAISynthesizer(
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            model=settings.OPENAI_SPEECH_MODEL,
            timeout_s=settings.OPENAI_TIMEOUT_S,
        )
        stack.push_async_callback(speech.aclose)
        return speech
    espeak = EspeakSynthesizer(pool_size=pool_size)
    stack.push_async_callback(espeak.aclose)
    await espeak.warm_up()
    return espeak


class VoiceRack:
    """What the lives of a worker share of their voices: services, their breakers, and each one's level."""

    def __init__(self, synthesizers: Mapping[str, Synthesizer]) -> None:
        self._synthesizers = synthesizers
        self._breakers = {provider: Breaker() for provider in synthesizers}
        self._levels: dict[UUID, Level] = {}
        self._kept: dict[UUID, Loudness] = {}
        self._measuring: set[UUID] = set()
        self._spare = Level()  # the offline voice's, where it is nobody's profile
        self._probes: dict[str, Voice] = {}

    def chain_for(self, profile: VoiceProfile) -> VoiceChain:
        """Return a profile's voices in the order in which they are asked. Blocks."""
        places = []
        for each in voices_in_order(profile):
            provider, voice = resolve_voice(each)
            # What has lost its key is passed over; it comes back with it.
            if provider in self._synthesizers:
                places.append((provider, voice, self._level_of(each)))
        if all(provider != Provider.ESPEAK for provider, _, _ in places):
            offline = VoiceProfile(provider=Provider.ESPEAK, language=profile.language)
            places.append((*resolve_voice(offline), self._spare))
        last = len(places) - 1
        return VoiceChain([self._seat(*place, is_last=at == last) for at, place in enumerate(places)])

    def _seat(self, provider: str, voice: Voice, level: Level, *, is_last: bool) -> NamedVoice:
        self._probes.setdefault(provider, voice)
        speaker = Speaker(
            self._synthesizers[provider],
            voice,
            reader=Reader(voice.language),
            level=level,
            first_within_s=LAST_FIRST_WITHIN_S if is_last else FIRST_WITHIN_S,
            next_within_s=NEXT_WITHIN_S,
        )
        return NamedVoice(f"{provider}/{voice.voice_id}", speaker, self._breakers[provider])

    def _level_of(self, profile: VoiceProfile) -> Level:
        """The level learned here, or by whoever spoke with the voice before."""
        level = self._levels.get(profile.id)
        if level is None:
            level = self._levels[profile.id] = Level(known_loudness(profile))
            if level.known:
                self._kept[profile.id] = level.known
        return level

    async def measure(self, profile: VoiceProfile) -> None:
        """Say a line to nobody in a voice that was never heard, so that its first word is at its level.

        Of many lives with the same voice, one does it and the others do not wait.
        """
        provider, voice = resolve_voice(profile)
        level = self._levels.get(profile.id)
        if level is None or level.known is not None or provider not in self._synthesizers:
            return
        if profile.id in self._measuring:
            return
        self._measuring.add(profile.id)
        line = MEASURED_LINES.get(profile.language[:2], MEASURED_LINES["en"])
        speaker = Speaker(self._synthesizers[provider], voice, level=level, first_within_s=FIRST_WITHIN_S)
        try:
            async with asyncio.timeout(MEASURE_WITHIN_S):
                await _say_to_nobody(speaker, line)
        except (SpeechError, TimeoutError):
            logger.warning("voice not measured: provider=%s", provider)
        finally:
            self._measuring.discard(profile.id)

    async def keep_forever(self) -> None:
        """Write down what was learned about the voices, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(KEEP_EVERY_S)
                await self._keep()
        finally:
            await self._keep()

    async def _keep(self) -> None:
        for profile_id, level in self._levels.items():
            known = level.known
            if known is None or known == self._kept.get(profile_id):
                continue
            try:
                await in_thread(keep_loudness, profile_id=profile_id, loudness=known)
            except DatabaseError:
                return
            self._kept[profile_id] = known

    async def probe_forever(self) -> None:
        """Try the voices that were taken off, so that no line has to, until cancelled."""
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            for provider, breaker in self._breakers.items():
                if breaker.is_open and provider in self._probes and breaker.admit():
                    await self._probe(provider, breaker)

    async def _probe(self, provider: str, breaker: Breaker) -> None:
        speaker = Speaker(
            self._synthesizers[provider], self._probes[provider], first_within_s=LAST_FIRST_WITHIN_S
        )
        told = False
        try:
            await _say_to_nobody(speaker, PROBE)
            breaker.succeeded()
            told = True
            logger.info("voice is back: provider=%s", provider)
        except SpeechError as error:
            breaker.failed(permanent=error.permanent)
            told = True
        finally:
            if not told:
                breaker.left()


async def _say_to_nobody(speaker: Speaker, line: str) -> None:
    async with aclosing(speaker.speak(line)) as chunks:
        async for _ in chunks:
            pass
