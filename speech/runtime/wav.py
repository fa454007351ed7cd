"""Writes chunks of audio into one WAV file."""

import wave
from collections.abc import Sequence
from io import BytesIO

from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk


def wav_of(chunks: Sequence[AudioChunk]) -> bytes:
    """Return a WAV file of the chunks at the rate of the first; empty bytes for no chunks."""
    if not chunks:
        return b""
    rate_hz = chunks[0].sample_rate_hz
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(BYTES_PER_SAMPLE)
        out.setframerate(rate_hz)
        out.writeframes(b"".join(chunk.pcm for chunk in chunks if chunk.sample_rate_hz == rate_hz))
    return file.getvalue()
