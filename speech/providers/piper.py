"""Speaks with Piper, a separate program that the installation provides.

Piper is GPL: it is run, never linked. Its output has no mark between lines, so each process speaks one line
and ends. The next process is started ahead and has its voice loaded when its line comes.
"""

import asyncio
import json
import re
import shlex
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk
from speech.stage.capabilities import capabilities_of
from speech.stage.ports import VoiceSpec
from speech.stage.text_normalization.unspeakable import remove_unspeakable

MAX_CHARACTERS = 1000
MAX_LINE_S = 120
MAX_SPARE = 4
SUFFIX = ".onnx"

_PIECE_BYTES = 4_096
_VOICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """One voice file with its metadata."""

    voice_id: str
    language: str
    sample_rate_hz: int


def piper_voices(folder: str) -> list[PiperVoice]:
    """Return the voices in a folder by name, without unreadable ones. Blocks."""
    if not folder:
        return []
    found = []
    for file in sorted(Path(folder).glob(f"*{SUFFIX}")):
        with suppress(SpeechError):
            found.append(_read(Path(folder), file.name.removesuffix(SUFFIX)))
    return found


def _read(folder: Path, voice_id: str) -> PiperVoice:
    model = folder / f"{voice_id}{SUFFIX}"
    if not _VOICE_ID.fullmatch(voice_id) or not model.is_file():
        raise SpeechError("Piper: no such voice", permanent=True)
    try:
        about = json.loads(model.with_name(f"{model.name}.json").read_text(encoding="utf-8"))
        rate_hz = int(about["audio"]["sample_rate"])
        language = str(about.get("language", {}).get("family") or voice_id[:2])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SpeechError("Piper: the voice's settings file cannot be read", permanent=True) from None
    if not 8_000 <= rate_hz <= 48_000:
        raise SpeechError("Piper: the voice's sample rate is not supported", permanent=True)
    return PiperVoice(voice_id, language, rate_hz)


class PiperSynthesizer:
    """Speaks with Piper. A voice id is a voice file's name without its ending; pitch is ignored.

    The process of a cut line is killed. `timeout_s` limits the wait for each piece of audio.
    """

    def __init__(self, *, command: str, voices_dir: str, timeout_s: float = 10.0) -> None:
        self._command = shlex.split(command)
        self._folder = Path(voices_dir)
        self._timeout_s = timeout_s
        self._spare: OrderedDict[tuple[str, float], Process] = OrderedDict()
        self._closed = False

    @property
    def spare_pids(self) -> list[int]:
        """Process ids of the spare processes."""
        return [process.pid for process in self._spare.values()]

    async def aclose(self) -> None:
        """End the spare processes."""
        self._closed = True
        while self._spare:
            await _end(self._spare.popitem()[1])

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech of at most `MAX_CHARACTERS` of `text` as it is made."""
        line = remove_unspeakable(text[:MAX_CHARACTERS])
        if not line:
            return
        about = _read(self._folder, voice.voice_id)
        speed = round(_speed_of(voice), 2)
        process = await self._take(about.voice_id, speed)
        try:
            async with aclosing(self._say(process, line, about.sample_rate_hz)) as chunks:
                async for chunk in chunks:
                    yield chunk
            # Only now: loading a voice would slow down the line that is being spoken.
            await self._start_spare(about.voice_id, speed)
        finally:
            await _end(process)

    async def _say(self, process: Process, line: str, rate_hz: int) -> AsyncGenerator[AudioChunk, None]:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError, ConnectionResetError):  # its audio ends, which is noticed below
            process.stdin.write(f"{line}\n".encode())
            process.stdin.close()
        left = MAX_LINE_S * rate_hz * BYTES_PER_SAMPLE
        while left > 0:
            try:
                async with asyncio.timeout(self._timeout_s):
                    piece = await process.stdout.read(min(_PIECE_BYTES, left))
                    if not piece and await process.wait() != 0:
                        raise SpeechError("Piper failed.")
            except TimeoutError:
                raise SpeechError("Piper gave no audio in time.") from None
            if not piece:
                return
            left -= len(piece)
            yield AudioChunk(piece, rate_hz)

    async def _take(self, voice_id: str, speed: float) -> Process:
        waiting = self._spare.pop((voice_id, speed), None)
        if waiting is not None and waiting.returncode is None:
            return waiting
        return await self._start(voice_id, speed)

    async def _start_spare(self, voice_id: str, speed: float) -> None:
        if self._closed or (voice_id, speed) in self._spare:
            return
        self._spare[voice_id, speed] = await self._start(voice_id, speed)
        while len(self._spare) > MAX_SPARE:
            await _end(self._spare.popitem(last=False)[1])

    async def _start(self, voice_id: str, speed: float) -> Process:
        if self._closed:
            raise SpeechError("The Piper synthesizer is closed.", permanent=True)
        model = self._folder / f"{voice_id}{SUFFIX}"
        options = ["--model", str(model), "--output-raw", "--length-scale", f"{1 / speed:.3f}"]
        try:
            return await asyncio.create_subprocess_exec(
                *self._command, *options, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        except (OSError, IndexError, TypeError) as error:
            reason = getattr(error, "strerror", None) or "no command"
            raise SpeechError(f"Piper cannot be started: {reason}.", permanent=True) from None


def _speed_of(voice: VoiceSpec) -> float:
    can = capabilities_of("piper").speed
    return can.hold(voice.speed) if can else 1.0


async def _end(process: Process) -> None:
    # Its pipes first: otherwise the end of a program with unread output is not reported.
    process._transport.close()  # type: ignore[attr-defined]  # which kills it, if it still runs
    await process.wait()
