"""Voices the sentences of one reply, and sends captions and numbered audio to every sink."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from livesessions.pipeline.ports import AudioSink, ClaimReply, Voice, VoiceIn, no_claim
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.reply.clip_synthesis import ClipSynthesis, close_all
from livesessions.pipeline.reply.generation import Generation, ReplyCut
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk

MAX_CLIPS_AHEAD = 2  # pieces that are synthesized beside the one that plays
MAX_AHEAD_S = 5.0  # no more text is synthesized while so much audio is still to be heard
RETRY_VOICE_S = 2.0
MIN_READING_S = 2.5
READING_S_PER_CHARACTER = 0.06


@dataclass(slots=True, eq=False)
class QueuedSentence:
    """One sentence of the reply: the pieces in which it is voiced, and their clips."""

    text: str
    language: str  # empty for the show's
    voice: Voice
    recurs: bool
    begun: "asyncio.Future[None]"
    pieces: deque[str] = field(default_factory=deque)
    clips: deque[ClipSynthesis] = field(default_factory=deque)
    announced: bool = False

    def mark_begun(self) -> None:
        if not self.begun.done():
            self.begun.set_result(None)


class Utterance:
    """Voices the sentences of one reply in order, while its generation is the current one.

    - At most `MAX_CLIPS_AHEAD` pieces are synthesized ahead, and only when what was sent is soon heard, so
      that a cut costs little.
    - A caption is sent with the first audio of its sentence.
    - `claim` is asked with the first sentence; nothing is sent before it grants, or when it refuses.
    - `on_first_audio` is called once, when the first chunk was sent.
    - A sentence that no voice can say is shown as text, and retried once while `is_fresh`.

    Use it as a context manager around the reply: its tasks end with it.
    """

    def __init__(
        self,
        record: ReplyRecord,
        *,
        voice: Voice,
        voice_in: VoiceIn | None = None,
        sinks: Sequence[AudioSink],
        generation: Generation,
        playback: PlaybackTracker,
        on_first_audio: Callable[[], None],
        is_fresh: Callable[[], bool],
        claim: ClaimReply = no_claim,
    ) -> None:
        self._record = record
        self._voice = voice
        self._voice_in = voice_in
        self._sinks = sinks
        self._generation = generation
        self._playback = playback
        self._claim = claim
        self._claiming: asyncio.Task[bool] | None = None
        self._is_claimed = False
        self._on_first_audio = on_first_audio
        self._is_fresh = is_fresh
        self._queue: deque[QueuedSentence] = deque()
        self._clips: set[ClipSynthesis] = set()
        self._player: asyncio.Task[None] | None = None
        self._sequence = 0
        self._duration_s = 0.0
        self.sentences: list[str] = []  # those that were sent whole
        self.is_shown = False  # whether a sentence was shown as text because no voice could say it

    @property
    def has_begun(self) -> bool:
        return self._sequence > 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop at once and close the providers' streams."""
        tasks: list[asyncio.Task[Any]] = [clip.task for clip in self._clips]
        await close_all([*tasks, *(task for task in (self._player, self._claiming) if task is not None)])

    async def say(self, text: str, *, language: str = "", recurs: bool = False) -> None:
        """Queue a sentence; return when its playback begins, or when it was skipped.

        Raises `ReplyCut`, `SpeechError` or `ConnectionError`. `language`: the sentence's, where it is not the
        show's. `recurs`: it will probably be said again.
        """
        # The claim takes as long as a voice's first audio, so the two are asked at once.
        self._claiming = self._claiming or asyncio.create_task(self._ask_claim(), name="claim")
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        voice = await self._voice_in(language) if self._voice_in and language else self._voice
        sentence = QueuedSentence(text, language, voice, recurs, begun, deque(await voice.pieces_of(text)))
        self._queue.append(sentence)
        if self._player is None or self._player.done():
            if self._player is not None:
                self._player.result()
            self._player = asyncio.create_task(self._play(), name=f"utterance-{self._record.id}")
        await asyncio.wait([self._player, sentence.begun], return_when=asyncio.FIRST_COMPLETED)
        if self._player.done():
            self._player.result()

    async def finish(self) -> None:
        """Wait until all audio was sent, then send the end to the sinks. Raises what `say` raises."""
        if self._player is not None:
            await asyncio.wait([self._player])
            self._player.result()
        if self.has_begun:
            self._generation.check(self._record.generation)
            await self._each(lambda sink: sink.end(self._record.id, self._record.audio_ms))

    # --- the player's task -----------------------------------------------------------------------------

    async def _play(self) -> None:
        while self._queue:
            sentence = self._queue[0]
            if await self._until_wanted():
                await self._play_sentence(sentence)
                if sentence.announced:
                    self.sentences.append(sentence.text)
                    self._playback.sentence_sent(self._duration_s)
            self._queue.popleft()
            sentence.mark_begun()

    async def _until_wanted(self) -> bool:
        """Wait until the next sentence is almost due; return whether it must still be said."""
        while self.has_begun:
            if self._playback.gives_way:
                return False
            # Clips made ahead are sent from here, so they must not count as still to be heard.
            wait_s = self._playback.left_s(self._duration_s) - MAX_AHEAD_S
            if wait_s <= 0.0:
                break
            await self._playback.pause(wait_s)
            self._generation.check(self._record.generation)
        return True

    def _wait_s(self) -> float:
        """Return the seconds until more may be synthesized; 0 means now."""
        ahead_s = sum(clip.left_s for clip in self._clips)
        return max(self._playback.left_s(self._duration_s) + ahead_s - MAX_AHEAD_S, 0.0)

    async def _play_sentence(self, sentence: QueuedSentence) -> None:
        try:
            await self._play_pieces(sentence)
        except SpeechError:
            self._record.fault = "speech"
            await self._drop_clips(sentence)
            if not sentence.announced:
                await self._show(sentence)

    async def _play_pieces(self, sentence: QueuedSentence) -> None:
        while sentence.clips or sentence.pieces:
            self._synthesize_ahead()
            if not sentence.clips:
                await self._playback.pause(self._wait_s())
                self._generation.check(self._record.generation)
                continue
            clip = sentence.clips[0]
            async with aclosing(clip.chunks()) as chunks:
                async for chunk in chunks:
                    await self._send(sentence, chunk)
                    self._synthesize_ahead()
            sentence.clips.popleft()
            self._clips.discard(clip)

    def _synthesize_ahead(self) -> None:
        """Start the synthesis of the next pieces that are due, in order."""
        for sentence in self._queue:
            while sentence.pieces and len(self._clips) <= MAX_CLIPS_AHEAD and not self._wait_s():
                clip = ClipSynthesis(sentence.voice, sentence.pieces.popleft(), recurs=sentence.recurs)
                sentence.clips.append(clip)
                self._clips.add(clip)

    async def _send(self, sentence: QueuedSentence, chunk: AudioChunk) -> None:
        self._generation.check(self._record.generation)
        await self._claim_once()
        if sentence.announced:
            await self._each(lambda sink: sink.audio(self._record.id, self._sequence, chunk))
        else:
            await self._announce(sentence, chunk)
            sentence.announced = True
        self._sequence += 1
        self._duration_s += chunk.duration_s
        self._record.voice = chunk.voice or self._record.voice
        self._record.audio_ms = round(self._duration_s * 1000)
        if self._sequence == 1:
            self._on_first_audio()
        sentence.mark_begun()

    async def _claim_once(self) -> None:
        """Claim the reply before anything of it is sent; raise `ReplyCut` when that is refused."""
        if not self._is_claimed and self._claiming is not None:
            self._is_claimed = await self._claiming
            self._generation.check(self._record.generation)
            if not self._is_claimed:
                raise ReplyCut

    async def _ask_claim(self) -> bool:
        return await self._claim(self._record)

    async def _announce(self, sentence: QueuedSentence, chunk: AudioChunk) -> None:
        """Send a sentence's caption and its first chunk."""
        record, at_ms = self._record, round(self._duration_s * 1000)
        text, language = sentence.text, sentence.language
        if self.has_begun:
            await self._each(lambda sink: sink.caption(record.id, text, at_ms, language))
            await self._each(lambda sink: sink.audio(record.id, self._sequence, chunk))
        else:
            await self._each(lambda sink: sink.begin(record.id, text, language, chunk))
        record.text = f"{record.text} {text}".strip()

    # --- without a voice -------------------------------------------------------------------------------

    async def _show(self, sentence: QueuedSentence) -> None:
        """Show a sentence that no voice can say, and retry. Raise `SpeechError` when that fails too."""
        await self._wait(self._playback.left_s(self._duration_s) if self.has_begun else 0.0)
        await self._claim_once()
        read_s = max(MIN_READING_S, READING_S_PER_CHARACTER * len(sentence.text))
        await self._each(lambda sink: sink.show_text(self._record.id, sentence.text, sentence.language))
        self.is_shown = True
        await self._wait(RETRY_VOICE_S)
        try:
            if not self._is_fresh():
                raise SpeechError("No voice could say a sentence in time.")
            sentence.pieces.extend(await sentence.voice.pieces_of(sentence.text))
            await self._play_pieces(sentence)
        except SpeechError:
            await self._drop_clips(sentence)
            if sentence.announced:
                return
            self._record.text = f"{self._record.text} {sentence.text}".strip()
            await self._wait(read_s - RETRY_VOICE_S)
            raise

    async def _drop_clips(self, sentence: QueuedSentence) -> None:
        await close_all(clip.task for clip in sentence.clips)
        self._clips.difference_update(sentence.clips)
        sentence.clips.clear()
        sentence.pieces.clear()

    async def _wait(self, duration_s: float) -> None:
        await asyncio.sleep(max(duration_s, 0.0))
        self._generation.check(self._record.generation)

    async def _each(self, send: Callable[[AudioSink], Awaitable[None]]) -> None:
        for sink in self._sinks:
            await send(sink)
