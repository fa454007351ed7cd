"""Controls one espeak-ng helper process: sends it lines and receives their audio."""

import asyncio
import json
import sys
from typing import Self, cast

import espeakng_loader

from speech.errors import SpeechError
from speech.providers import espeak_process as wire

_EXIT_TIMEOUT_S = 1.0
_STDIN, _STDOUT = 0, 1


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


class EspeakHelper(asyncio.SubprocessProtocol):
    """One helper process. It speaks lines in order, and its output is always read, so that a line that is
    played slowly never delays the next one."""

    sample_rate_hz = 0
    _transport: asyncio.SubprocessTransport

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._now_s = loop.time
        self._heard_at_s = loop.time()
        self._buffer = bytearray()
        self._lines: dict[int, HelperLine] = {}
        self._last_id = 0
        self._hearing = True
        self._ready = asyncio.Event()
        self._gone = asyncio.Event()

    @classmethod
    async def start(cls) -> Self:
        """Start a process, then wait for `ready`; raise `SpeechError` when it cannot be started."""
        script = [wire.__file__, espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]
        try:
            _, helper = await asyncio.get_running_loop().subprocess_exec(
                cls, sys.executable, "-I", "-S", *script, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise SpeechError(f"The espeak helper cannot be started: {error.strerror}.") from error
        return helper

    async def ready(self) -> None:
        """Wait until it can speak; raise `SpeechError` when it ends before that."""
        await self._ready.wait()
        if not self.alive:
            raise SpeechError("The espeak helper did not start.")

    @property
    def pid(self) -> int:
        return self._transport.get_pid()

    @property
    def alive(self) -> bool:
        return self._hearing and self._transport.get_returncode() is None

    @property
    def load(self) -> int:
        """Number of unfinished lines."""
        return len(self._lines)

    @property
    def quiet_for_s(self) -> float:
        """Seconds since its last output."""
        return self._now_s() - self._heard_at_s

    def say(self, text: str, voices: list[str], *, rate_wpm: int, pitch: int) -> HelperLine:
        self._last_id += 1
        line = HelperLine(self._last_id)
        if not self.alive:
            line.end(SpeechError("The espeak helper died."))
            return line
        if not self._lines:
            self._heard_at_s = self._now_s()
        self._lines[line.id] = line
        request = wire.Request(id=line.id, text=text, voices=voices, rate_wpm=rate_wpm, pitch=pitch)
        self._send(json.dumps(request).encode())
        return line

    def cut(self, line: HelperLine) -> None:
        """Cancel a line and ignore the rest of its audio. Does nothing for a finished line."""
        if self._lines.pop(line.id, None) is not None and self.alive:
            self._send(json.dumps({"cancel": line.id}).encode())

    def kill(self) -> None:
        """Kill the process. Its lines fail."""
        self._lose("The espeak helper was stopped.")
        if self._transport.get_returncode() is None:
            self._transport.kill()

    async def aclose(self) -> None:
        """End the process, by force after a second; return when it has ended."""
        self._lose("The espeak helper was closed.")
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
        self._heard_at_s = self._now_s()
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
            self._lose("The espeak helper died.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose("The espeak helper died.")
        self._transport.close()
        self._gone.set()

    def _receive(self, kind: int, line_id: int, payload: bytes) -> None:
        if kind == wire.READY:
            (self.sample_rate_hz,) = wire.RATE.unpack(payload)
            self._ready.set()
        elif kind == wire.AUDIO:
            if line := self._lines.get(line_id):
                line.add(payload)
        elif line := self._lines.pop(line_id, None):
            fault = SpeechError(f"espeak: {payload.decode()}", permanent=True) if kind == wire.ERROR else None
            line.end(fault)

    def _send(self, message: bytes) -> None:
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(_STDIN))
        stdin.write(wire.REQUEST_HEAD.pack(len(message)) + message)

    def _lose(self, reason: str) -> None:
        self._hearing = False
        self._ready.set()
        for line in self._lines.values():
            line.end(SpeechError(reason))
        self._lines.clear()
