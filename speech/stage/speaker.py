"""Turns a line of text into a stream of short audio chunks: the speaking stage of a reply."""

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
from speech.stage.text_normalization.unspeakable import remove_unspeakable

FIRST_CHUNK_S = 0.04
TIMEOUT_S = 10.0


class Speaker:
    """Speaks lines in one voice, in chunks of at most `MAX_CHUNK_S`: whole samples, one sample rate a line.

    - `normalizer`: writes numbers, addresses and signs out as a person says them.
    - `level`: masters the audio (see `speech/stage/sound/`) and learns the voice's loudness from each line.
    - `first_timeout_s`: limit for the first piece of audio; `next_timeout_s`: for each further one.
    - `splits`: long lines are spoken in pieces, so that the first is heard sooner.
    - `cached_voice`: the clips that were spoken before.

    A line that breaks off fades out before `SpeechError` is raised.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: VoiceSpec,
        *,
        normalizer: TextNormalizer | None = None,
        level: Level | None = None,
        first_timeout_s: float = TIMEOUT_S,
        next_timeout_s: float = TIMEOUT_S,
        splits: bool = False,
        cached_voice: CachedVoice | None = None,
    ) -> None:
        self._synthesizer = synthesizer
        self._voice = voice
        self._normalizer = normalizer
        self._level = level
        self._first_timeout_s = first_timeout_s
        self._next_timeout_s = next_timeout_s
        self._splits = splits
        self._cached_voice = cached_voice

    def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which to speak a text, in order."""
        cached_voice = self._cached_voice
        if not self._splits or (cached_voice and cached_voice.has(self._line_of(text), self._gain_db)):
            return [text]
        return split_for_voice(text, self._voice.language)

    def is_cached(self, text: str) -> bool:
        """Return whether all of a text is in the cache, as it would sound now."""
        return all(self._has(piece) for piece in self.pieces_of(text))

    def _has(self, text: str) -> bool:
        line = self._line_of(text)
        return not line or (self._cached_voice is not None and self._cached_voice.has(line, self._gain_db))

    async def cached_audio(self, text: str) -> list[AudioChunk]:
        """Return a cached line in chunks; an empty list when it is not cached."""
        line = self._line_of(text) if self._cached_voice else ""
        said = await self._cached_voice.get(line, self._gain_db) if self._cached_voice and line else None
        return list(_in_chunks(said)) if said else []

    @property
    def _gain_db(self) -> float:
        return self._level.gain_db if self._level else 0.0

    def _line_of(self, text: str) -> str:
        return remove_unspeakable(self._normalizer.normalize(text) if self._normalizer else text)

    async def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield the line's audio; nothing when there is nothing to say; raise `SpeechError` on failure."""
        line, gain_db = self._line_of(text), self._gain_db
        if not line:
            return
        # Before a voice is measured its gain is a guess: such lines are not worth caching.
        cached_voice = self._cached_voice if self._level and self._level.known else None
        chunker = _Chunker(self._level, records=cached_voice is not None)
        try:
            async with aclosing(self._in_time(line)) as pieces:
                async for piece in pieces:
                    for chunk in chunker.cut(piece):
                        yield chunk
        except SpeechError:
            for chunk in chunker.rest():
                yield chunk
            raise
        for chunk in chunker.rest():
            yield chunk
        chunker.learn()
        if chunker.silent:
            raise SpeechError("The provider gave no audio.")
        if cached_voice:
            cached_voice.offer(line, gain_db, chunker.whole, recurs=recurs)

    async def _in_time(self, line: str) -> AsyncGenerator[AudioChunk, None]:
        timeout_s = self._first_timeout_s
        async with aclosing(self._synthesizer.synthesize(line, self._voice)) as pieces:
            while True:
                try:
                    async with asyncio.timeout(timeout_s):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise SpeechError("The provider gave no audio in time.") from None
                if piece.pcm:
                    timeout_s = self._next_timeout_s
                    yield piece


def _in_chunks(line: AudioChunk) -> Iterator[AudioChunk]:
    start, wanted_s = 0, FIRST_CHUNK_S
    while start < len(line.pcm):
        size = int(wanted_s * line.sample_rate_hz) * BYTES_PER_SAMPLE
        yield AudioChunk(line.pcm[start : start + size], line.sample_rate_hz)
        start, wanted_s = start + size, min(2 * wanted_s, MAX_CHUNK_S)


class _Chunker:
    """Cuts audio into chunks that start short and double in length up to `MAX_CHUNK_S`.

    The first chunk plays at once, later ones need few messages, and no chunk waits for much more audio than
    the listener has already buffered.
    """

    def __init__(self, level: Level | None, *, records: bool = False) -> None:
        self.silent = True
        self._kept: bytearray | None = bytearray() if records else None
        self._level = level
        self._mastering: Mastering | None = None
        self._raw = bytearray()
        self._pending = bytearray()
        self._given_rate_hz = 0
        self._sample_rate_hz = 0
        self._wanted_s = FIRST_CHUNK_S

    def cut(self, piece: AudioChunk) -> Iterator[AudioChunk]:
        """Add a piece of audio and yield the chunks that are complete."""
        self._settle(piece.sample_rate_hz)
        self._raw += piece.pcm
        # Mastering a whole chunk at once is several times cheaper than in small parts.
        while len(self._raw) >= (needed := self._needed):
            self._master(needed)
            while len(self._pending) >= self._bytes_in(self._wanted_s):
                yield self._take()
                self._wanted_s = min(2 * self._wanted_s, MAX_CHUNK_S)

    def rest(self) -> Iterator[AudioChunk]:
        """Yield the rest of the line, once no more pieces come."""
        self._master(len(self._raw))
        if self._mastering:
            self._pending += self._mastering.finish()
        while len(self._pending) >= BYTES_PER_SAMPLE:
            yield self._take()

    @property
    def whole(self) -> AudioChunk:
        """All chunks as one; only with `records`."""
        return AudioChunk(bytes(self._kept or b""), self._sample_rate_hz)

    def learn(self) -> None:
        """Report the line's loudness to the voice's level."""
        if self._level and self._mastering:
            self._level.learn(self._mastering.loudness)

    @property
    def _needed(self) -> int:
        """Number of incoming bytes after which the next chunk can be complete."""
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
