"""Synthesizes one piece of text ahead of its turn; its audio waits here until it is played."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any

from livesessions.pipeline.ports import Voice
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk

MAX_CLIP_S = 180.0  # no piece of text is that long
CHARACTERS_PER_S = 14.0  # of an ordinary voice
CANCEL_AGAIN_S = 0.05  # a library in between may swallow a cancellation


class ClipSynthesis:
    """Synthesizes one piece in a task of its own, from the moment it is made; its maker closes it.

    At most one chunk is buffered: more would delay the first sound of another piece.
    """

    def __init__(self, voice: Voice, text: str, *, recurs: bool) -> None:
        self._voice = voice
        self._text = text
        self._recurs = recurs
        self._buffered: AudioChunk | None = None
        self._yielded_s = 0.0
        self._changed = asyncio.Event()
        self._has_room = asyncio.Event()
        self.task = asyncio.create_task(self._synthesize(), name="clip-synthesis")
        self.task.add_done_callback(lambda _: self._changed.set())

    @property
    def left_s(self) -> float:
        """Seconds of audio still to come: what is buffered, or what the rest of the text should take."""
        buffered_s = self._buffered.duration_s if self._buffered else 0.0
        expected_s = 0.0 if self.task.done() else len(self._text) / CHARACTERS_PER_S - self._yielded_s
        return max(buffered_s, expected_s)

    async def _synthesize(self) -> None:
        async with aclosing(self._voice.speak(self._text, recurs=self._recurs)) as chunks:
            async for chunk in chunks:
                if self._yielded_s > MAX_CLIP_S:
                    raise SpeechError("The voice does not come to an end.")
                self._buffered = chunk
                self._changed.set()
                self._has_room.clear()
                await self._has_room.wait()

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """Yield the audio as it is made; raise `SpeechError` where the voice fails."""
        while True:
            self._changed.clear()
            if self._buffered:
                chunk, self._buffered = self._buffered, None
                self._yielded_s += chunk.duration_s
                self._has_room.set()
                yield chunk
                continue
            if self.task.done():
                self.task.result()
                return
            await self._changed.wait()


async def close_all(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks, and return when all of them have ended; ignore what they raise."""
    open_tasks = set(tasks)
    while open_tasks:
        for task in open_tasks:
            task.cancel()
        ended, open_tasks = await asyncio.wait(open_tasks, timeout=CANCEL_AGAIN_S)
        for task in ended:
            if not task.cancelled():
                task.exception()
