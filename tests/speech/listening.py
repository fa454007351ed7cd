"""What the tests of the voice listen with."""

import math
import struct
from collections.abc import AsyncGenerator
from contextlib import aclosing

from speech.stage.audio import AudioChunk


async def heard(chunks: AsyncGenerator[AudioChunk, None]) -> list[AudioChunk]:
    """Every chunk, to the end."""
    async with aclosing(chunks) as stream:
        return [chunk async for chunk in stream]


async def first_of(chunks: AsyncGenerator[AudioChunk, None]) -> AudioChunk:
    """The first chunk; the rest is cut."""
    async with aclosing(chunks) as stream:
        return await anext(stream)


def pcm_of(chunks: list[AudioChunk]) -> bytes:
    return b"".join(chunk.pcm for chunk in chunks)


def duration_s(chunks: list[AudioChunk]) -> float:
    return sum(chunk.duration_s for chunk in chunks)


def loudness(pcm: bytes) -> float:
    """The root mean square of the samples."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))
