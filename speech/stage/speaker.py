"""The speaking stage: a line of text goes in, short chunks of its audio come out as soon as they exist."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.cache import CachedVoice
from speech.stage.clauses import split_for_voice
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.sound.mastering import HELD_BACK_S, Mastering
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.stage.wording import speakable

FIRST_CHUNK_S = 0.04
PATIENCE_S = 10.0


class Speaker:
    """Says lines in one voice, as whole samples at one rate a line, in chunks of at most `MAX_CHUNK_S`.

    With a `reader` numbers, addresses and other signs are read as a person would say them. With a `level`
    the audio comes out mastered (see `speech/stage/sound/`), and the voice's loudness is learned from each
    line. `first_within_s` bounds the wait for the first piece of audio, `next_within_s` that for each
    further one. A line that breaks off ends cleanly before `SpeechError` is raised. `splits` says that long
    lines are sooner heard in pieces. With a `shelf`, `recall` gives back what was said before.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: VoiceSpec,
        *,
        reader: TextNormalizer | None = None,
        level: Level | None = None,
        first_within_s: float = PATIENCE_S,
        next_within_s: float = PATIENCE_S,
        splits: bool = False,
        shelf: CachedVoice | None = None,
    ) -> None:
        self._synthesizer = synthesizer
        self._voice = voice
        self._reader = reader
        self._level = level
        self._first_within_s = first_within_s
        self._next_within_s = next_within_s
        self._splits = splits
        self._shelf = shelf

    def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which a text is best spoken, in their order."""
        if not self._splits or (self._shelf and self._shelf.has(self._line_of(text), self._gain_db)):
            return [text]
        return split_for_voice(text)

    def keeps(self, text: str) -> bool:
        """Return whether a text need not be asked for: all of it was said before, as it would be said now."""
        return all(self._has(piece) for piece in self.pieces_of(text))

    def _has(self, text: str) -> bool:
        line = self._line_of(text)
        return not line or (self._shelf is not None and self._shelf.has(line, self._gain_db))

    async def recall(self, text: str) -> list[AudioChunk]:
        """Return the audio of a line that was kept; nothing when it was not."""
        line = self._line_of(text) if self._shelf else ""
        said = await self._shelf.get(line, self._gain_db) if self._shelf and line else None
        return list(_in_chunks(said)) if said else []

    @property
    def _gain_db(self) -> float:
        return self._level.gain_db if self._level else 0.0

    def _line_of(self, text: str) -> str:
        return speakable(self._reader.read(text) if self._reader else text)

    async def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield the line's audio; nothing when there is nothing to say; raise `SpeechError` on failure."""
        line, gain_db = self._line_of(text), self._gain_db
        if not line:
            return
        # The first lines of a voice that nobody has heard are at a guess; they are not worth keeping.
        shelf = self._shelf if self._level and self._level.known else None
        cutter = _Cutter(self._level, keeps=shelf is not None)
        try:
            async with aclosing(self._in_time(line)) as pieces:
                async for piece in pieces:
                    for chunk in cutter.cut(piece):
                        yield chunk
        except SpeechError:
            for chunk in cutter.rest():
                yield chunk
            raise
        for chunk in cutter.rest():
            yield chunk
        cutter.learn()
        if cutter.silent:
            raise SpeechError("The provider gave no audio.")
        if shelf:
            shelf.offer(line, gain_db, cutter.whole, recurs=recurs)

    async def _in_time(self, line: str) -> AsyncGenerator[AudioChunk, None]:
        within_s = self._first_within_s
        async with aclosing(self._synthesizer.synthesize(line, self._voice)) as pieces:
            while True:
                try:
                    async with asyncio.timeout(within_s):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise SpeechError("The provider gave no audio in time.") from None
                if piece.pcm:
                    within_s = self._next_within_s
                    yield piece


def _in_chunks(line: AudioChunk) -> Iterator[AudioChunk]:
    start, wanted_s = 0, FIRST_CHUNK_S
    while start < len(line.pcm):
        size = int(wanted_s * line.sample_rate_hz) * BYTES_PER_SAMPLE
        yield AudioChunk(line.pcm[start : start + size], line.sample_rate_hz)
        start, wanted_s = start + size, min(2 * wanted_s, MAX_CHUNK_S)


class _Cutter:
    """Cuts pieces of any length into chunks that start short and double up to the longest allowed.

    The first is heard at once, later ones cost few messages, and none waits for much more audio than
    the listener already holds.
    """

    def __init__(self, level: Level | None, *, keeps: bool = False) -> None:
        self.silent = True
        self._kept: bytearray | None = bytearray() if keeps else None
        self._level = level
        self._mastering: Mastering | None = None
        self._raw = bytearray()
        self._pending = bytearray()
        self._given_rate_hz = 0
        self._sample_rate_hz = 0
        self._wanted_s = FIRST_CHUNK_S

    def cut(self, piece: AudioChunk) -> Iterator[AudioChunk]:
        """Return the chunks that are whole by now."""
        self._settle(piece.sample_rate_hz)
        self._raw += piece.pcm
        # A chunk's worth is mastered at once: in small parts it costs several times as much.
        while len(self._raw) >= (needed := self._needed):
            self._master(needed)
            while len(self._pending) >= self._bytes_in(self._wanted_s):
                yield self._take()
                self._wanted_s = min(2 * self._wanted_s, MAX_CHUNK_S)

    def rest(self) -> Iterator[AudioChunk]:
        """Return what is left of the line."""
        self._master(len(self._raw))
        if self._mastering:
            self._pending += self._mastering.finish()
        while len(self._pending) >= BYTES_PER_SAMPLE:
            yield self._take()

    @property
    def whole(self) -> AudioChunk:
        """All that was given out; only for one that keeps."""
        return AudioChunk(bytes(self._kept or b""), self._sample_rate_hz)

    def learn(self) -> None:
        """Let the voice's level know how loud the line was."""
        if self._level and self._mastering:
            self._level.learn(self._mastering.loudness)

    @property
    def _needed(self) -> int:
        """How many bytes have to come in until the next chunk may be whole."""
        missing_s = self._wanted_s - len(self._pending) / BYTES_PER_SAMPLE / self._sample_rate_hz
        if self._mastering and not self._mastering.has_begun:
            missing_s += HELD_BACK_S
        return max(BYTES_PER_SAMPLE, int(missing_s * self._given_rate_hz) * BYTES_PER_SAMPLE)

    def _master(self, size: int) -> None:
        whole = size - size % BYTES_PER_SAMPLE
        pcm = bytes(self._raw[:whole])
        del self._raw[:whole]
        self._pending += self._mastering.feed(pcm) if self._mastering else pcm

    def _settle(self, sample_rate_hz: int) -> None:
        if sample_rate_hz <= 0:
            raise SpeechError("The provider gave audio without a sample rate.", permanent=True)
        if self._given_rate_hz == 0:
            self._given_rate_hz = self._sample_rate_hz = sample_rate_hz
            if self._level:
                self._mastering = Mastering(sample_rate_hz, gain_db=self._level.gain_db)
                self._sample_rate_hz = self._mastering.sample_rate_hz
        if self._given_rate_hz != sample_rate_hz:
            raise SpeechError("The provider changed the sample rate in mid-line.")

    def _take(self) -> AudioChunk:
        size = min(len(self._pending), self._bytes_in(MAX_CHUNK_S))
        pcm = bytes(self._pending[:size])
        del self._pending[:size]
        self.silent = False
        if self._kept is not None:
            self._kept += pcm
        return AudioChunk(pcm, self._sample_rate_hz)

    def _bytes_in(self, duration_s: float) -> int:
        return max(1, int(duration_s * self._sample_rate_hz)) * BYTES_PER_SAMPLE
