"""A voice without a sound: text goes in, silence that lasts as long as a person would speak comes out."""

import asyncio
from collections.abc import AsyncGenerator

from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.ports import VoiceSpec

CHARACTERS_PER_S = 14.0  # an Italian or English speaker at ease
FIRST_CHUNK_AFTER_S = 0.25  # what the hosted voices take
TIMES_FASTER = 5.0  # than it plays; how they deliver the rest
SAMPLE_RATE_HZ = 8_000


class SilentSynthesizer:
    """A `Synthesizer` with the timing of a real one, on the loop's clock."""

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        await asyncio.sleep(FIRST_CHUNK_AFTER_S)
        left = round(spoken_s(text, voice.speed) * SAMPLE_RATE_HZ)
        while left > 0:
            samples = min(left, round(MAX_CHUNK_S * SAMPLE_RATE_HZ))
            left -= samples
            yield AudioChunk(bytes(samples * BYTES_PER_SAMPLE), SAMPLE_RATE_HZ)
            await asyncio.sleep(samples / SAMPLE_RATE_HZ / TIMES_FASTER)


def spoken_s(text: str, speed: float = 1.0) -> float:
    """Return how long a text is spoken, in seconds."""
    return len(text) / CHARACTERS_PER_S / speed
