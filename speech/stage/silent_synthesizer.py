"""A synthesizer without sound: it returns silence with the timing of speech."""

import asyncio
from collections.abc import AsyncGenerator

from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.ports import VoiceSpec

CHARACTERS_PER_S = 14.0  # a relaxed Italian or English speaker
FIRST_CHUNK_AFTER_S = 0.25  # as the hosted voices
SYNTHESIS_SPEED = 5.0  # times faster than playback, as the hosted voices
SAMPLE_RATE_HZ = 8_000


class SilentSynthesizer:
    """A `Synthesizer` with the timing of a hosted one, on the event loop's clock."""

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        await asyncio.sleep(FIRST_CHUNK_AFTER_S)
        samples_left = round(speech_duration_s(text, voice.speed) * SAMPLE_RATE_HZ)
        while samples_left > 0:
            samples = min(samples_left, round(MAX_CHUNK_S * SAMPLE_RATE_HZ))
            samples_left -= samples
            yield AudioChunk(bytes(samples * BYTES_PER_SAMPLE), SAMPLE_RATE_HZ)
            await asyncio.sleep(samples / SAMPLE_RATE_HZ / SYNTHESIS_SPEED)


def speech_duration_s(text: str, speed: float = 1.0) -> float:
    """Return the estimated duration of a spoken text in seconds."""
    return len(text) / CHARACTERS_PER_S / speed
