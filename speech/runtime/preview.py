"""Previews a voice: says a sentence as in a live, and measures loudness, delay and cost."""

import asyncio
import time
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

import numpy as np
from asgiref.sync import async_to_sync

from billing.configured import configured_prices, month_cap_of
from billing.plans.catalogue import Meter
from billing.usage import UsageKind
from speech.errors import SpeechError, SpendCapReached
from speech.metering import MeteredSynthesizer
from speech.models import VoiceProfile
from speech.runtime.preview_slots import run_preview
from speech.runtime.synthesizers import open_synthesizer
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import MEASUREMENT_LINES
from speech.runtime.wav import wav_of
from speech.services.plan_voices import require_voice
from speech.services.voice_resolution import VoiceLineup, VoiceOption, resolve_voices
from speech.services.voices import model_of, save_loudness
from speech.stage.audio import AudioChunk
from speech.stage.capabilities import capabilities_of
from speech.stage.level import Level
from speech.stage.ports import Synthesizer
from speech.stage.sound.loudness import Loudness, measure
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.stage.text_normalization.unspeakable import remove_unspeakable
from tenants.models import User

TIME_LIMIT_S = 25.0
FULL_SCALE = 32_768


@dataclass(slots=True)
class Preview:
    """The result of a preview. Loudness in LUFS, before and after mastering; a cost of None is unknown."""

    provider: str
    read: str = ""
    wav: bytes = b""
    first_audio_ms: int | None = None
    audio_s: float = 0.0
    before: Loudness | None = None
    after: Loudness | None = None
    characters: int = 0
    cost_usd: float | None = None
    fault: SpeechError | None = None


@dataclass(slots=True)
class MeasuringLevel(Level):
    """A level that only records a line's loudness, and leaves the voice's gain as it is."""

    known: Loudness | None = None
    line: Loudness | None = field(default=None)

    def learn(self, line: Loudness | None) -> None:
        self.line = line


def preview_voice(*, profile: VoiceProfile, text: str, user: User) -> Preview:
    """Return how a voice, stored or not, says a sentence, without its backups. Blocks.

    Raise `PreviewRefused` when the user or the process runs too many previews, and `PlanRefused` for a voice
    that the plan does not include.
    """
    lineup = resolve_voices(profile, with_backups=False)
    return _preview(lineup, text, profile.provider, user)


def measure_voice(*, profile: VoiceProfile, user: User) -> Preview:
    """Say a line in a stored voice and save how loud it is. Blocks; raise `PreviewRefused` likewise."""
    line = MEASUREMENT_LINES.get(profile.language[:2], MEASUREMENT_LINES["en"])
    lineup = resolve_voices(profile, with_backups=False)
    preview = _preview(lineup, line, profile.provider, user)
    if preview.before is not None:
        configured = {"provider": profile.provider, "voice_id": profile.voice_id}
        measured = lineup.options[0].name
        save_loudness(profile_id=profile.id, loudness=preview.before, measured=measured, **configured)
    return preview


def _preview(lineup: VoiceLineup, text: str, provider: str, user: User) -> Preview:
    require_voice(lineup.tenant_id, provider, speaks=True)
    return run_preview(user, lambda: async_to_sync(_say)(lineup, text, provider), purpose="hearing")


async def _say(lineup: VoiceLineup, text: str, provider: str) -> Preview:
    if not lineup.options:
        return Preview(provider, fault=SpeechError("no key", permanent=True, service_status=401))
    option = lineup.options[0]
    preview = Preview(option.provider)
    language = option.voice.language
    normalizer = TextNormalizer(language, lineup.pronunciations_in(language))
    preview.read = remove_unspeakable(await asyncio.to_thread(normalizer.normalize, text))
    chunks: list[AudioChunk] = []
    level = MeasuringLevel(option.loudness)
    try:
        async with AsyncExitStack() as stack, asyncio.timeout(TIME_LIMIT_S):
            synthesizer = await _open(stack, option, lineup)
            begun_s = time.perf_counter()
            speaker = Speaker(synthesizer, option.voice, normalizer=normalizer, level=level)
            spoken = await stack.enter_async_context(aclosing(speaker.speak(text)))
            async for chunk in spoken:
                if not chunks:
                    preview.first_audio_ms = round((time.perf_counter() - begun_s) * 1000)
                chunks.append(chunk)
    except SpeechError as error:
        preview.fault = error
    except TimeoutError:
        preview.fault = SpeechError("The voice gave no audio in time.")
    _fill_figures(preview, chunks, level)
    return preview


async def _open(stack: AsyncExitStack, option: VoiceOption, lineup: VoiceLineup) -> Synthesizer:
    if option.credential is None:
        opened = await open_synthesizer(stack, option.provider, pool_size=1)
        if not capabilities_of(option.provider).needs_key:
            return opened
        cap = await month_cap_of(lineup.tenant_id, Meter.VOICE_CHARACTERS)
        if cap.is_reached:
            raise SpendCapReached
        return MeteredSynthesizer(opened, cap, provider=option.provider, model=model_of(option.provider))
    clients = TenantVoiceClients()
    stack.push_async_callback(clients.aclose)
    return clients.service_of(option.credential).synthesizer


def _fill_figures(preview: Preview, chunks: list[AudioChunk], level: MeasuringLevel) -> None:
    preview.wav = wav_of(chunks)
    preview.audio_s = sum(chunk.duration_s for chunk in chunks)
    preview.before = level.line
    if chunks:
        pcm = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), dtype="<i2")
        preview.after = measure(pcm.astype(np.float32) / np.float32(FULL_SCALE), chunks[0].sample_rate_hz)
    preview.characters = len(preview.read)
    kind, model = UsageKind.VOICE_CHARACTERS, model_of(preview.provider)
    prices = configured_prices()
    if prices.price_of(kind, preview.provider, model) is not None:
        preview.cost_usd = prices.cost_usd(kind, preview.characters, preview.provider, model)
