"""One reply on its way out: sentences go in, announced and numbered audio reaches every sink."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from livesessions.pipeline.ports import AudioSink, Voice
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.reply.clip_synthesis import ClipSynthesis, close_all
from livesessions.pipeline.reply.generation import Generation
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk

MOST_AHEAD = 2  # pieces in the making, beside the one that goes out
KEPT_AHEAD_S = 5.0  # no more text is turned into sound while so much of it is still to be heard
VOICE_AGAIN_S = 2.0
READ_AT_LEAST_S = 2.5
READ_CHARACTER_S = 0.06


@dataclass(slots=True, eq=False)
class Line:
    """One sentence on its way: the pieces in which it is voiced, and what is being made of them."""

    sentence: str
    recurs: bool
    begun: "asyncio.Future[None]"
    waiting: deque[str] = field(default_factory=deque)
    takes: deque[ClipSynthesis] = field(default_factory=deque)
    announced: bool = False

    def has_begun(self) -> None:
        if not self.begun.done():
            self.begun.set_result(None)


class Utterance:
    """Voices the sentences of one reply, one after the other, while its generation is the current one.

    Pieces are voiced ahead of their turn, `MOST_AHEAD` at most, and only when what has gone out is soon
    heard: what is cut off has then cost little. A caption goes out with the first audio of its sentence.
    `on_first_audio` is called once, when the first chunk has gone out. A sentence that no voice can say is
    shown as text, and tried once more while `is_fresh`. Enter it around the reply: its tasks end with it.
    """

    def __init__(
        self,
        record: ReplyRecord,
        *,
        voice: Voice,
        sinks: Sequence[AudioSink],
        generation: Generation,
        hearing: PlaybackTracker,
        on_first_audio: Callable[[], None],
        is_fresh: Callable[[], bool],
    ) -> None:
        self._record = record
        self._voice = voice
        self._sinks = sinks
        self._generation = generation
        self._hearing = hearing
        self._on_first_audio = on_first_audio
        self._is_fresh = is_fresh
        self._lines: deque[Line] = deque()
        self._takes: set[ClipSynthesis] = set()
        self._player: asyncio.Task[None] | None = None
        self._sequence = 0
        self._duration_s = 0.0
        self.sentences: list[str] = []  # that have gone out whole
        self.is_shown = False  # whether a sentence was shown for want of a voice

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
        """Stop voicing at once, and let go of the providers."""
        tasks = [take.task for take in self._takes]
        await close_all([*tasks, self._player] if self._player else tasks)

    async def say(self, sentence: str, *, recurs: bool = False) -> None:
        """Have a sentence voiced after those before; return when it begins to sound, or will not.

        Raises `Cut`, `SpeechError` or `ConnectionError`. `recurs`: it is likely to be said again.
        """
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = Line(sentence, recurs, begun, deque(self._voice.pieces_of(sentence)))
        self._lines.append(line)
        if self._player is None or self._player.done():
            if self._player is not None:
                self._player.result()
            self._player = asyncio.create_task(self._play(), name=f"utterance-{self._record.id}")
        await asyncio.wait([self._player, line.begun], return_when=asyncio.FIRST_COMPLETED)
        if self._player.done():
            self._player.result()

    async def finish(self) -> None:
        """Wait until all of it has gone out, and tell the sinks so. Raises what `say` raises."""
        if self._player is not None:
            await asyncio.wait([self._player])
            self._player.result()
        if self.has_begun:
            self._generation.check(self._record.generation)
            await self._each(lambda sink: sink.end(self._record.id, self._record.audio_ms))

    # --- the player's task -----------------------------------------------------------------------------

    async def _play(self) -> None:
        while self._lines:
            line = self._lines[0]
            if await self._until_wanted():
                await self._play_line(line)
                if line.announced:
                    self.sentences.append(line.sentence)
                    self._hearing.sent(self._duration_s)
            self._lines.popleft()
            line.has_begun()

    async def _until_wanted(self) -> bool:
        """Wait until the next sentence is soon to be heard; return whether it still is to be said."""
        while self.has_begun:
            if self._hearing.gives_way:
                return False
            # What has been made ahead waits to go out here, so it must not count as still to be heard.
            wait_s = self._hearing.left_s(self._duration_s) - KEPT_AHEAD_S
            if wait_s <= 0.0:
                break
            await self._hearing.pause(wait_s)
            self._generation.check(self._record.generation)
        return True

    def _wait_s(self) -> float:
        """How long until more may be voiced; 0 at once."""
        made_s = sum(take.left_s for take in self._takes)
        return max(self._hearing.left_s(self._duration_s) + made_s - KEPT_AHEAD_S, 0.0)

    async def _play_line(self, line: Line) -> None:
        try:
            await self._play_pieces(line)
        except SpeechError:
            self._record.fault = "speech"
            await self._drop_takes(line)
            if not line.announced:
                await self._show(line)

    async def _play_pieces(self, line: Line) -> None:
        while line.takes or line.waiting:
            self._take_ahead()
            if not line.takes:
                await self._hearing.pause(self._wait_s())
                self._generation.check(self._record.generation)
                continue
            take = line.takes[0]
            async with aclosing(take.chunks()) as chunks:
                async for chunk in chunks:
                    await self._send(line, chunk)
                    self._take_ahead()
            line.takes.popleft()
            self._takes.discard(take)

    def _take_ahead(self) -> None:
        """Have the next pieces made, in their order, as far as they are wanted by now."""
        for line in self._lines:
            while line.waiting and len(self._takes) <= MOST_AHEAD and not self._wait_s():
                take = ClipSynthesis(self._voice, line.waiting.popleft(), recurs=line.recurs)
                line.takes.append(take)
                self._takes.add(take)

    async def _send(self, line: Line, chunk: AudioChunk) -> None:
        self._generation.check(self._record.generation)
        if not line.announced:
            await self._announce(line.sentence)
            line.announced = True
        await self._each(lambda sink: sink.audio(self._record.id, self._sequence, chunk))
        self._sequence += 1
        self._duration_s += chunk.duration_s
        self._record.voice = chunk.voice or self._record.voice
        self._record.audio_ms = round(self._duration_s * 1000)
        if self._sequence == 1:
            self._on_first_audio()
        line.has_begun()

    async def _announce(self, sentence: str) -> None:
        record, at_ms = self._record, round(self._duration_s * 1000)
        if self.has_begun:
            await self._each(lambda sink: sink.caption(record.id, sentence, at_ms))
        else:
            await self._each(lambda sink: sink.begin(record.id, sentence))
        record.text = f"{record.text} {sentence}".strip()

    # --- without a voice -------------------------------------------------------------------------------

    async def _show(self, line: Line) -> None:
        """Show what nobody can voice, and try once more. Raise `SpeechError` when that fails too."""
        await self._pass(self._hearing.left_s(self._duration_s) if self.has_begun else 0.0)
        read_s = max(READ_AT_LEAST_S, READ_CHARACTER_S * len(line.sentence))
        await self._each(lambda sink: sink.show_text(self._record.id, line.sentence))
        self.is_shown = True
        await self._pass(VOICE_AGAIN_S)
        try:
            if not self._is_fresh():
                raise SpeechError("Nobody could voice a line in time.")
            line.waiting.extend(self._voice.pieces_of(line.sentence))
            await self._play_pieces(line)
        except SpeechError:
            await self._drop_takes(line)
            if line.announced:
                return
            self._record.text = f"{self._record.text} {line.sentence}".strip()
            await self._pass(read_s - VOICE_AGAIN_S)
            raise

    async def _drop_takes(self, line: Line) -> None:
        await close_all(take.task for take in line.takes)
        self._takes.difference_update(line.takes)
        line.takes.clear()
        line.waiting.clear()

    async def _pass(self, duration_s: float) -> None:
        await asyncio.sleep(max(duration_s, 0.0))
        self._generation.check(self._record.generation)

    async def _each(self, tell: Callable[[AudioSink], Awaitable[None]]) -> None:
        for sink in self._sinks:
            await tell(sink)
