"""Shares a few helper processes of one engine among all lines."""

import asyncio
from collections.abc import AsyncGenerator

from speech.errors import SpeechError
from speech.providers.embedded.helper import EngineHelper, EngineProgram, LineRequest
from speech.stage.audio import AudioChunk

START_DEADLINE_S = 5.0


class HelperPool:
    """Speaks lines in `size` helpers, each line in the one with the fewest.

    Helpers start when first needed, or ahead with `warm_up`. One that dies, or owes an answer and says
    nothing for `deadline_s`, fails its lines and is replaced.
    """

    def __init__(self, program: EngineProgram, *, size: int, deadline_s: float) -> None:
        self._name = program.name
        self._slots = [_HelperSlot(program, deadline_s) for _ in range(size)]
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """Process ids of the running helpers."""
        return [slot.helper.pid for slot in self._slots if slot.helper is not None and slot.helper.alive]

    async def warm_up(self, *requests: LineRequest) -> None:
        """Start every helper, and have each speak some lines to nobody."""
        for slot in self._slots:
            helper = await slot.ready_helper()
            for request in requests:
                async for _ in _speak(helper, request):
                    pass

    async def aclose(self) -> None:
        """End the helpers. Running lines fail."""
        self._closed = True
        for slot in self._slots:
            await slot.stop()

    async def speak(self, request: LineRequest) -> AsyncGenerator[AudioChunk, None]:
        """Yield a line's audio as it is made; raise `SpeechError`."""
        if self._closed:
            raise SpeechError(f"The {self._name} synthesizer is closed.", permanent=True)
        helper = await min(self._slots, key=lambda slot: slot.load).ready_helper()
        pieces = _speak(helper, request)
        try:
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()


async def _speak(helper: EngineHelper, request: LineRequest) -> AsyncGenerator[AudioChunk, None]:
    line = helper.say(request)
    try:
        while pcm := await line.take():
            yield AudioChunk(pcm, helper.sample_rate_hz)
    finally:
        helper.cut(line)


class _HelperSlot:
    """Holds one helper: starts it when needed, replaces it when it died."""

    def __init__(self, program: EngineProgram, deadline_s: float) -> None:
        self.helper: EngineHelper | None = None
        self._program = program
        self._deadline_s = deadline_s
        self._lock = asyncio.Lock()

    @property
    def load(self) -> tuple[int, bool]:
        """Number of unfinished lines; an empty slot is used only when every running helper is busy."""
        running = self.helper is not None and self.helper.alive
        return (self.helper.load if self.helper is not None and running else 0, not running)

    async def ready_helper(self) -> EngineHelper:
        async with self._lock:
            if self.helper is not None and not self.helper.alive:
                await self.helper.aclose()
                self.helper = None
            if self.helper is None:
                self.helper = await EngineHelper.start(self._program, deadline_s=self._deadline_s)
            try:
                async with asyncio.timeout(START_DEADLINE_S):
                    await self.helper.ready()
            except TimeoutError:
                self.helper.kill()
                raise SpeechError(f"The {self._name} helper did not start in time.") from None
            return self.helper

    @property
    def _name(self) -> str:
        return self._program.name

    async def stop(self) -> None:
        async with self._lock:
            if self.helper is not None:
                await self.helper.aclose()
                self.helper = None
