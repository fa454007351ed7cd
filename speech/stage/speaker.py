"""The speaking stage: a line of text goes in, short chunks of its audio come out as soon as they exist."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.ports import Synthesizer, Voice
from speech.stage.wording import speakable

FIRST_CHUNK_S = 0.04


class Speaker:
    """Says lines in one voice, as whole samples at one rate a line, in chunks of at most `MAX_CHUNK_S`."""

    def __init__(self, synthesizer: Synthesizer, voice: Voice) -> None:
        self._synthesizer = synthesizer
        self._voice = voice

    async def speak(self, text: str) -> AsyncGenerator[AudioChunk, None]:
        """Yield the line's audio; nothing when there is nothing to say; raise `SpeechError` on failure."""
        line = speakable(text)
        if not line:
            return
        cutter = _Cutter()
        async with aclosing(self._synthesizer.synthesize(line, self._voice)) as pieces:
            async for piece in pieces:
                for chunk in cutter.cut(piece):
                    yield chunk
        for chunk in cutter.rest():
            yield chunk
        if cutter.silent:
            raise SpeechError("The provider gave no audio.")


class _Cutter:
    """Cuts pieces of any length into chunks that start short and double up to the longest allowed.

    The first is heard at once, later ones cost few messages, and none waits for much more audio than
    the listener already holds.
    """

    def __init__(self) -> None:
        self.silent = True
        self._pending = bytearray()
        self._sample_rate_hz = 0
        self._wanted_s = FIRST_CHUNK_S

    def cut(self, piece: AudioChunk) -> Iterator[AudioChunk]:
        self._settle(piece.sample_rate_hz)
        self._pending += piece.pcm
        while len(self._pending) >= self._bytes_in(self._wanted_s):
            yield self._take()
            self._wanted_s = min(2 * self._wanted_s, MAX_CHUNK_S)

    def rest(self) -> Iterator[AudioChunk]:
        while len(self._pending) >= BYTES_PER_SAMPLE:
            yield self._take()

    def _settle(self, sample_rate_hz: int) -> None:
        if sample_rate_hz <= 0:
            raise SpeechError("The provider gave audio without a sample rate.", permanent=True)
        if self._sample_rate_hz not in (0, sample_rate_hz):
            raise SpeechError("The provider changed the sample rate in mid-line.")
        self._sample_rate_hz = sample_rate_hz

    def _take(self) -> AudioChunk:
        whole = len(self._pending) - len(self._pending) % BYTES_PER_SAMPLE
        size = min(whole, self._bytes_in(MAX_CHUNK_S))
        pcm = bytes(self._pending[:size])
        del self._pending[:size]
        self.silent = False
        return AudioChunk(pcm, self._sample_rate_hz)

    def _bytes_in(self, duration_s: float) -> int:
        return max(1, int(duration_s * self._sample_rate_hz)) * BYTES_PER_SAMPLE
