"""One reply on its way out: sentences go in, announced and numbered audio reaches every sink."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

from livesessions.pipeline.generation import Generation
from livesessions.pipeline.ports import AudioSink, Voice
from livesessions.pipeline.records import ReplyRecord
from speech.stage.audio import AudioChunk


class Utterance:
    """Voices the sentences of one reply, one after the other, while its generation is the current one.

    `on_first_audio` is called once, when the first chunk has gone out. A caption goes out with the first
    audio of its sentence, so that a sentence without a voice is not shown either.
    """

    def __init__(
        self,
        record: ReplyRecord,
        *,
        voice: Voice,
        sinks: Sequence[AudioSink],
        generation: Generation,
        on_first_audio: Callable[[], None],
    ) -> None:
        self._record = record
        self._voice = voice
        self._sinks = sinks
        self._generation = generation
        self._on_first_audio = on_first_audio
        self._sequence = 0
        self._duration_s = 0.0

    @property
    def has_begun(self) -> bool:
        return self._sequence > 0

    @property
    def duration_s(self) -> float:
        """How long the audio sent so far plays, in seconds."""
        return self._duration_s

    async def say(self, sentence: str) -> None:
        """Voice one sentence. Raise `Cut`, `SpeechError` or `ConnectionError`."""
        announced = False
        async with aclosing(self._voice.speak(sentence)) as chunks:
            async for chunk in chunks:
                if not announced:
                    await self._announce(sentence)
                    announced = True
                await self._send(chunk)

    async def _announce(self, sentence: str) -> None:
        record, at_ms = self._record, round(self._duration_s * 1000)
        self._generation.check(record.generation)
        if self.has_begun:
            await self._each(lambda sink: sink.caption(record.id, sentence, at_ms))
        else:
            await self._each(lambda sink: sink.begin(record.id, sentence))
        record.text = f"{record.text} {sentence}".strip()

    async def _send(self, chunk: AudioChunk) -> None:
        self._generation.check(self._record.generation)
        await self._each(lambda sink: sink.audio(self._record.id, self._sequence, chunk))
        self._sequence += 1
        self._duration_s += chunk.duration_s
        self._record.voice = chunk.voice or self._record.voice
        self._record.audio_ms = round(self._duration_s * 1000)
        if self._sequence == 1:
            self._on_first_audio()

    async def finish(self) -> None:
        """Tell the sinks that all audio has been sent."""
        self._generation.check(self._record.generation)
        await self._each(lambda sink: sink.end(self._record.id, self._record.audio_ms))

    async def _each(self, tell: Callable[[AudioSink], Awaitable[None]]) -> None:
        for sink in self._sinks:
            await tell(sink)
