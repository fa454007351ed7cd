"""Controls one helper process of an embedded engine: sends it lines and receives their audio."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from speech.errors import LineRefused, SpeechError
from speech.providers.embedded import helper_process as wire

_ROOT = Path(__file__).parents[3]
_EXIT_TIMEOUT_S = 1.0
_STDIN, _STDOUT = 0, 1
# Isolated and without site-packages: it imports only the standard library and its own folder.
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; main()"


@dataclass(frozen=True, slots=True)
class EngineProgram:
    """An engine's name in messages, the module that a helper runs, and its arguments."""

    name: str
    module: str
    arguments: Callable[[], Sequence[str]]

    @property
    def command(self) -> list[str]:
        script = _START.format(module=self.module)
        return [sys.executable, "-I", "-S", "-c", script, str(_ROOT), *self.arguments()]


@dataclass(frozen=True, slots=True)
class LineRequest:
    """A line for an engine; see `helper_process.Request`."""

    texts: Sequence[str]
    voices: Sequence[str]
    speed: float
    pitch: float


class HelperLine:
    """A running line: its audio that was not taken yet, and how it ended.

    Its size is bounded, because the helper stops every line after `MAX_LINE_S`.
    """

    def __init__(self, line_id: int) -> None:
        self.id = line_id
        self._pcm = bytearray()
        self._ended = False
        self._fault: SpeechError | None = None
        self._changed = asyncio.Event()

    async def take(self) -> bytes:
        """Wait for audio and return it; empty bytes at the end; raise the line's `SpeechError`."""
        await self._changed.wait()
        if self._pcm:
            pcm = bytes(self._pcm)
            self._pcm.clear()
            if not self._ended:
                self._changed.clear()
            return pcm
        if self._fault is not None:
            raise self._fault
        return b""

    def add(self, pcm: bytes) -> None:
        self._pcm += pcm
        self._changed.set()

    def end(self, fault: SpeechError | None = None) -> None:
        self._ended = True
        self._fault = fault
        self._changed.set()


class EngineHelper(asyncio.SubprocessProtocol):
    """One helper process. It speaks lines in order, and its output is always read, so that a line that is
    played slowly never delays the next one.

    It is killed when it owes an answer and has sent nothing for `deadline_s`, whether or not somebody still
    waits for it; its lines fail.
    """

    sample_rate_hz = 0
    _transport: asyncio.SubprocessTransport

    def __init__(self, program: EngineProgram, deadline_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._name = program.name
        self._deadline_s = deadline_s
        self._heard_at_s = self._loop.time()
        self._buffer = bytearray()
        self._lines: dict[int, HelperLine] = {}
        self._owed: set[int] = set()  # lines that the process has not ended; the cut ones too
        self._watch: asyncio.TimerHandle | None = None
        self._last_id = 0
        self._hearing = True
        self._ready = asyncio.Event()
        self._gone = asyncio.Event()

    @classmethod
    async def start(cls, program: EngineProgram, *, deadline_s: float) -> Self:
        """Start a process, then wait for `ready`; raise `SpeechError` when it cannot be started."""
        try:
            _, helper = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(program, deadline_s), *program.command, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise SpeechError(f"The {program.name} helper cannot be started: {error.strerror}.") from error
        return helper

    async def ready(self) -> None:
        """Wait until it can speak; raise `SpeechError` when it ends before that."""
        await self._ready.wait()
        if not self.alive:
            raise SpeechError(f"The {self._name} helper did not start.")

    @property
    def pid(self) -> int:
        return self._transport.get_pid()

    @property
    def alive(self) -> bool:
        return self._hearing and self._transport.get_returncode() is None

    @property
    def load(self) -> int:
        """Number of unfinished lines, with the cut ones that it is not done with."""
        return len(self._owed)

    def say(self, request: LineRequest) -> HelperLine:
        self._last_id += 1
        line = HelperLine(self._last_id)
        if not self.alive:
            line.end(SpeechError(f"The {self._name} helper died."))
            return line
        if not self._owed:
            self._heard_at_s = self._loop.time()
            self._watch_until(self._heard_at_s + self._deadline_s)
        self._owed.add(line.id)
        self._lines[line.id] = line
        message = wire.Request(
            id=line.id,
            texts=list(request.texts),
            voices=list(request.voices),
            speed=request.speed,
            pitch=request.pitch,
        )
        self._send(json.dumps(message).encode())
        return line

    def cut(self, line: HelperLine) -> None:
        """Cancel a line and ignore the rest of its audio. Does nothing for a finished line."""
        if self._lines.pop(line.id, None) is not None and self.alive:
            self._send(json.dumps({"cancel": line.id}).encode())

    def kill(self) -> None:
        """Kill the process. Its lines fail."""
        self._lose(f"The {self._name} helper was stopped.")
        if self._transport.get_returncode() is None:
            self._transport.kill()

    async def aclose(self) -> None:
        """End the process, by force after a second; return when it has ended."""
        self._lose(f"The {self._name} helper was closed.")
        stdin = self._transport.get_pipe_transport(_STDIN)
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(_EXIT_TIMEOUT_S):
                await self._gone.wait()
        except TimeoutError:
            self.kill()
            await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        self._heard_at_s = self._loop.time()
        self._buffer += cast("bytes", data)
        start, head = 0, wire.FRAME_HEAD
        while len(self._buffer) - start >= head.size:
            length, kind, line_id = head.unpack_from(self._buffer, start)
            if len(self._buffer) - start < head.size + length:
                break
            start += head.size + length
            self._receive(kind, line_id, bytes(self._buffer[start - length : start]))
        del self._buffer[:start]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _STDOUT:
            self._lose(f"The {self._name} helper died.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(f"The {self._name} helper died.")
        self._transport.close()
        self._gone.set()

    def _receive(self, kind: int, line_id: int, payload: bytes) -> None:
        if kind == wire.READY:
            (self.sample_rate_hz,) = wire.RATE.unpack(payload)
            self._ready.set()
        elif kind == wire.AUDIO:
            if line := self._lines.get(line_id):
                line.add(payload)
        else:
            self._owed.discard(line_id)
            if line := self._lines.pop(line_id, None):
                line.end(self._fault_of(kind))

    def _fault_of(self, kind: int) -> SpeechError | None:
        if kind == wire.NO_VOICE:
            return LineRefused(f"{self._name}: no such voice", permanent=True)
        return LineRefused(f"{self._name}: no sound for this text") if kind == wire.NO_SOUND else None

    def _send(self, message: bytes) -> None:
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(_STDIN))
        stdin.write(wire.REQUEST_HEAD.pack(len(message)) + message)

    def _watch_until(self, at_s: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(at_s, self._look)

    def _look(self) -> None:
        due_s = self._heard_at_s + self._deadline_s
        if not self._owed or not self.alive:
            return
        if self._loop.time() >= due_s:
            self._lose(f"The {self._name} helper gave no audio in time.")
            self.kill()
        else:
            self._watch_until(due_s)

    def _lose(self, reason: str) -> None:
        self._hearing = False
        if self._watch is not None:
            self._watch.cancel()
        self._ready.set()
        for line in self._lines.values():
            line.end(SpeechError(reason))
        self._lines.clear()
        self._owed.clear()
