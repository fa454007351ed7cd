"""A synthesizer that speaks in tones, at once or when told, and fails on demand."""

import math
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk
from speech.stage.ports import VoiceSpec


def tone(duration_s: float, sample_rate_hz: int = 24_000, frequency_hz: float = 440.0) -> bytes:
    """A sine at half of full scale, as mono s16le."""
    step = 2 * math.pi * frequency_hz / sample_rate_hz
    samples = (round(16_000 * math.sin(step * index)) for index in range(round(duration_s * sample_rate_hz)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


class FakeSynthesizer:
    """Says each line as a tone of `seconds_per_character` for each of its characters.

    `piece_bytes` cuts it into pieces, odd ones too; `before_piece` is awaited with the number of the
    piece about to come, to delay or hold it; `error` is raised after `fail_after` pieces. What was
    asked is kept in `lines`; `finished` counts lines said to the end, `closed` every line let go of.
    """

    def __init__(
        self,
        *,
        sample_rate_hz: int = 24_000,
        seconds_per_character: float = 0.05,
        piece_bytes: int = 4_800,
        before_piece: Callable[[int], Awaitable[None]] | None = None,
        error: SpeechError | None = None,
        fail_after: int = 0,
    ) -> None:
        self.lines: list[tuple[str, VoiceSpec]] = []
        self.finished = 0
        self.closed = 0
        self._sample_rate_hz = sample_rate_hz
        self._seconds_per_character = seconds_per_character
        self._piece_bytes = piece_bytes
        self._before_piece = before_piece
        self._error = error
        self._fail_after = fail_after

    def audio_of(self, text: str) -> bytes:
        """The whole tone that `text` becomes."""
        return tone(len(text) * self._seconds_per_character, self._sample_rate_hz)

    def duration_of_s(self, text: str) -> float:
        """How long that tone plays, in seconds."""
        return len(self.audio_of(text)) / BYTES_PER_SAMPLE / self._sample_rate_hz

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.lines.append((text, voice))
        audio = self.audio_of(text)
        try:
            for number, start in enumerate(range(0, len(audio), self._piece_bytes)):
                if self._error is not None and number >= self._fail_after:
                    raise self._error
                if self._before_piece is not None:
                    await self._before_piece(number)
                yield AudioChunk(audio[start : start + self._piece_bytes], self._sample_rate_hz)
            self.finished += 1
        finally:
            self.closed += 1
