"""Audio as it travels: mono PCM, signed 16-bit little-endian, with its rate carried along."""

from dataclasses import dataclass

BYTES_PER_SAMPLE = 2
MAX_CHUNK_S = 0.2


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A stretch of speech, at most `MAX_CHUNK_S` long: whole mono s16le samples at `sample_rate_hz`.

    `voice` names who speaks, where that can change from line to line.
    """

    pcm: bytes
    sample_rate_hz: int
    voice: str = ""

    @property
    def duration_s(self) -> float:
        """How long it plays, in seconds."""
        return len(self.pcm) / BYTES_PER_SAMPLE / self.sample_rate_hz
