"""The audio format between stages: mono PCM, signed 16-bit little-endian, with its sample rate."""

from dataclasses import dataclass

BYTES_PER_SAMPLE = 2
MAX_CHUNK_S = 0.2


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A piece of speech, at most `MAX_CHUNK_S` long: whole mono s16le samples at `sample_rate_hz`.

    `voice` names the voice, where it can change from line to line.
    """

    pcm: bytes
    sample_rate_hz: int
    voice: str = ""

    @property
    def duration_s(self) -> float:
        """Playing time in seconds."""
        return len(self.pcm) / BYTES_PER_SAMPLE / self.sample_rate_hz
