"""Runs ffmpeg as a supervised child: it never outlives us, and never blocks us.

ffmpeg is a separate program (GPL), brought by imageio-ffmpeg and started, never linked. Secrets are never
among its arguments, which other processes can read.
"""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

import imageio_ffmpeg

logger = logging.getLogger(__name__)

SET_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG
END_S = 2.0
KEPT_LINES = 20
BASE = ("-hide_banner", "-nostdin", "-loglevel", "warning", "-threads", "1")
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class FfmpegFailed(Exception):
    """Raised when ffmpeg ended by itself. The text holds its exit code; its words are in the log."""


def ffmpeg_path() -> str:
    """Return where ffmpeg is."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


class FfmpegChild:
    """One running ffmpeg. `read` and `write` are for its pipes; `drain_errors` must run beside them."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def write(self, data: bytes) -> None:
        """Write to its input; wait while its pipe is full."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(data)
        try:
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._failed() from None

    def close_input(self) -> None:
        """Let it finish what it has."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.close()

    async def read(self, size: int = 65_536) -> bytes:
        """Return some of its output; empty at its end. Raise `FfmpegFailed` when it ended with an error."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        data = await self._process.stdout.read(size)
        if not data and await self._process.wait():
            raise await self._failed()
        return data

    async def drain_errors(self) -> None:
        """Read what it writes to its error output until it ends, so that it never blocks there."""
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        while line := await self._process.stderr.readline():
            self._lines.append(line.decode(errors="replace").rstrip()[:500])

    async def end(self) -> None:
        """End it with everything that it started, and wait until it is gone."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(END_S):
                    await self._discard_output()
                    await self._process.wait()
                    return

    async def _discard_output(self) -> None:
        """Read what nobody has read: a pipe that is full is never found closed."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        while await self._process.stdout.read(65_536):
            pass

    async def _failed(self) -> FfmpegFailed:
        code = await self._process.wait()
        logger.warning("ffmpeg ended: code=%s %s", code, " | ".join(self._lines))
        return FfmpegFailed(f"ffmpeg ended with {code}")


@asynccontextmanager
async def run_ffmpeg(arguments: Sequence[str]) -> AsyncGenerator[FfmpegChild, None]:
    """Give a child that reads from and writes to pipes; it is gone when the block ends, however it ends."""
    process = await asyncio.create_subprocess_exec(
        ffmpeg_path(),
        *BASE,
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,  # a process group of its own
        preexec_fn=_die_with_parent,
        limit=2**20,
    )
    child = FfmpegChild(process)
    async with asyncio.TaskGroup() as group:
        group.create_task(child.drain_errors())
        try:
            yield child
        finally:
            await asyncio.shield(child.end())


async def read_output(arguments: Sequence[str], data: bytes = b"") -> bytes:
    """Give a child its whole input and return its whole output; raise `FfmpegFailed`.

    The input must be small enough for the child to take it before it writes.
    """
    failure, pieces = None, []
    try:
        async with run_ffmpeg(arguments) as child:
            await child.write(data)
            child.close_input()
            while piece := await child.read():
                pieces.append(piece)
    except* FfmpegFailed as group:
        failure = group.exceptions[0]
    if failure is not None:
        raise failure
    return b"".join(pieces)


def _die_with_parent() -> None:
    """Have the kernel kill the child when its parent dies, also by SIGKILL. It runs in the child."""
    if _libc is not None:
        _libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
