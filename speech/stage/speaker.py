"""Turns a line of text into a stream of short audio chunks: the speaking stage of a reply."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.cache import CachedVoice
from speech.stage.chunker import FIRST_CHUNK_S, Chunker
from speech.stage.clauses import split_for_voice
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.sound.sound_thread import SoundThread
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.stage.text_normalization.unspeakable import remove_unspeakable

T = TypeVar("T")

TIMEOUT_S = 10.0
# A line that has not begun takes a millisecond, and chunks of others are made a second ahead.
BEFORE_ALL_AUDIO_S = 0.0


class Speaker:
    """Speaks lines in one voice, in chunks of at most `MAX_CHUNK_S`: whole samples, one sample rate a line.

    - `normalizer`: writes numbers, addresses and signs out as a person says them.
    - `level`: masters the audio (see `speech/stage/sound/`) and learns the voice's loudness from each line.
    - `first_timeout_s`: limit for the first piece of audio; `next_timeout_s`: for each further one.
    - `splits`: long lines are spoken in pieces, so that the first is heard sooner.
    - `cached_voice`: the clips that were spoken before.
    - `sound_thread`: masters the audio after a line's first chunk; without it the event loop does.

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
        sound_thread: SoundThread | None = None,
    ) -> None:
        self._synthesizer = synthesizer
        self._voice = voice
        self._normalizer = normalizer
        self._level = level
        self._first_timeout_s = first_timeout_s
        self._next_timeout_s = next_timeout_s
        self._splits = splits
        self._cached_voice = cached_voice
        self._sound_thread = sound_thread

    async def _prepare(self, text: str) -> None:
        """Normalize a text in a thread, if that takes long, so that no other method holds the event loop."""
        if self._normalizer is None or self._normalizer.is_instant(text):
            return
        normalize = partial(self._normalizer.normalize, text)
        if self._sound_thread is None:
            await asyncio.to_thread(normalize)
        else:
            # The threads of the event loop's executor may all wait for a database that is away.
            await self._sound_thread.run(normalize, due_s=BEFORE_ALL_AUDIO_S)

    async def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which to speak a text, in order."""
        await self._prepare(text)
        return self._split(text)

    def _split(self, text: str) -> list[str]:
        cached_voice = self._cached_voice
        if not self._splits or (cached_voice and cached_voice.has(self._line_of(text), self._gain_db)):
            return [text]
        return split_for_voice(text, self._voice.language)

    def is_cached(self, text: str) -> bool:
        """Return whether all of a text is in the cache, as it would sound now. Takes milliseconds."""
        return all(self._has(piece) for piece in self._split(text))

    def _has(self, text: str) -> bool:
        line = self._line_of(text)
        return not line or (self._cached_voice is not None and self._cached_voice.has(line, self._gain_db))

    async def cached_audio(self, text: str) -> list[AudioChunk]:
        """Return a cached line in chunks; an empty list when it is not cached."""
        if self._cached_voice:
            await self._prepare(text)
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
        await self._prepare(text)
        line, gain_db = self._line_of(text), self._gain_db
        if not line:
            return
        # Before a voice is measured its gain is a guess: such lines are not worth caching.
        cached_voice = self._cached_voice if self._level and self._level.known else None
        chunker = Chunker(self._level, records=cached_voice is not None)
        mastering = _LineMastering(chunker, self._sound_thread if self._level else None)
        async with aclosing(self._chunks_of(line, chunker, mastering)) as chunks:
            async for chunk in chunks:
                yield chunk
        if self._level:
            self._level.learn(await mastering.run(chunker.loudness))
        if chunker.silent:
            raise SpeechError("The provider gave no audio.")
        if cached_voice:
            cached_voice.offer(line, gain_db, chunker.whole, recurs=recurs)

    async def _chunks_of(
        self, line: str, chunker: Chunker, mastering: "_LineMastering"
    ) -> AsyncGenerator[AudioChunk, None]:
        try:
            async with aclosing(self._in_time(line)) as pieces:
                async for piece in pieces:
                    chunker.add(piece)
                    while chunker.is_ready:
                        for chunk in await mastering.run(chunker.next_chunks):
                            yield chunk
        except SpeechError:
            for chunk in await mastering.run(chunker.rest):
                yield chunk
            raise
        for chunk in await mastering.run(chunker.rest):
            yield chunk

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


class _LineMastering:
    """Runs the functions of one line's chunker.

    - Until the first chunk is out, on the event loop: that takes half a millisecond, and nothing is in front.
    - Then in the thread, by when the result is heard.
    """

    def __init__(self, chunker: Chunker, thread: SoundThread | None) -> None:
        self._chunker = chunker
        self._thread = thread
        self._began_s = 0.0

    async def run(self, work: Callable[[], T]) -> T:
        now_s = asyncio.get_running_loop().time()
        if self._thread is None or not self._chunker.duration_s:
            self._began_s = now_s
            return work()
        return await self._thread.run(work, due_s=self._began_s + self._chunker.duration_s)
