"""One piece of text on its way through the voice: text goes in, its audio waits here until it is its turn."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from livesessions.pipeline.ports import Voice
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk

MOST_S = 180.0  # no line is that long
CHARACTERS_A_SECOND = 14.0  # at the pace of an ordinary voice
CANCEL_AGAIN_S = 0.05  # a library in between may swallow a cancellation


class ClipSynthesis:
    """Voices one piece as soon as it is made, in a task of its own; whoever makes it closes it.

    One chunk at most waits to go out: making more at a time would keep the first sound of a line waiting.
    """

    def __init__(self, voice: Voice, text: str, *, recurs: bool) -> None:
        self._voice = voice
        self._text = text
        self._recurs = recurs
        self._made: AudioChunk | None = None
        self._given_s = 0.0
        self._stirred = asyncio.Event()
        self._room = asyncio.Event()
        self.task = asyncio.create_task(self._make(), name="voicing")
        self.task.add_done_callback(lambda _: self._stirred.set())

    @property
    def left_s(self) -> float:
        """How much audio is still to be given out: what is made, or what its text promises."""
        made_s = self._made.duration_s if self._made else 0.0
        promised_s = 0.0 if self.task.done() else len(self._text) / CHARACTERS_A_SECOND - self._given_s
        return max(made_s, promised_s)

    async def _make(self) -> None:
        async with aclosing(self._voice.speak(self._text, recurs=self._recurs)) as chunks:
            async for chunk in chunks:
                if self._given_s > MOST_S:
                    raise SpeechError("The voice does not come to an end.")
                self._made = chunk
                self._stirred.set()
                self._room.clear()
                await self._room.wait()

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """Yield the audio as it is made; raise `SpeechError` where it fails."""
        while True:
            self._stirred.clear()
            if self._made:
                chunk, self._made = self._made, None
                self._given_s += chunk.duration_s
                self._room.set()
                yield chunk
                continue
            if self.task.done():
                self.task.result()
                return
            await self._stirred.wait()


async def close_all(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancel tasks, and return when all of them have ended. What they raise is nobody's concern any more."""
    open_tasks = set(tasks)
    while open_tasks:
        for task in open_tasks:
            task.cancel()
        ended, open_tasks = await asyncio.wait(open_tasks, timeout=CANCEL_AGAIN_S)
        for task in ended:
            if not task.cancelled():
                task.exception()
