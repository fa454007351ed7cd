"""Runs inside a helper process: reads requests from stdin and writes audio frames to stdout.

The engines are native code that the application never loads: a fault there must not take a worker down, and
eSpeak NG is GPL. Standard library only, so that a helper is ready within a few milliseconds.

A request is a length (u32, little-endian) and JSON, either a `Request` or `{"cancel": id}`. A frame is the
payload's length (u32), its kind (u8), the line's id (u32) and the payload. `serve` speaks lines one after the
other in the order they came, `turns.py` side by side. The process ends when its stdin does.
"""

import contextlib
import fcntl
import json
import os
import signal
import struct
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol, TypedDict

REQUEST_HEAD = struct.Struct("<I")
FRAME_HEAD = struct.Struct("<IBI")
RATE = struct.Struct("<I")

# Kinds of frames. READY carries the sample rate, AUDIO mono s16le samples; the last three end a line.
READY, AUDIO, END, NO_VOICE, NO_SOUND = range(5)

# The longest line in seconds: bounds what the owner has to buffer.
MAX_LINE_S = 120
BYTES_PER_SAMPLE = 2

# Some 25 s of sound, so that a line is made in one go while its reader is busy; the default is 64 KB.
_PIPE_BYTES = 1 << 20


class Request(TypedDict):
    """A line to speak: texts, which follow each other, and a voice.

    `voices` are the engine's own names in order of preference; `speed` and `pitch` are in its own units.
    """

    id: int
    texts: list[str]
    voices: list[str]
    speed: float
    pitch: float


# Takes a line's audio; returns false when no more is wanted.
Give = Callable[[bytes], bool]


class Engine(Protocol):
    """A speech engine that is loaded into this process."""

    sample_rate_hz: int

    def speak(self, request: Request, give: Give) -> int:
        """Speak a line: call `give` with its audio until that is false. Return the kind of its last frame."""


class RequestReader:
    """Reads requests on its own thread, so that a cancellation arrives while a line is being spoken."""

    def __init__(self, descriptor: int) -> None:
        self.requests: SimpleQueue[Request] = SimpleQueue()
        self._descriptor = descriptor
        self._unfinished: set[int] = set()
        self._cancelled: set[int] = set()

    def run(self) -> None:
        try:
            while True:
                (length,) = REQUEST_HEAD.unpack(self._read(REQUEST_HEAD.size))
                message = json.loads(self._read(length))
                if "cancel" not in message:
                    self._unfinished.add(message["id"])
                    self.requests.put(message)
                elif message["cancel"] in self._unfinished:
                    self._cancelled.add(message["cancel"])
        finally:
            # The owner is gone; the main thread may be stuck in the engine or in a write.
            os._exit(0)

    def is_cancelled(self, line_id: int) -> bool:
        return line_id in self._cancelled

    def finish(self, line_id: int) -> None:
        self._unfinished.discard(line_id)
        self._cancelled.discard(line_id)

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = os.read(self._descriptor, length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data


class FrameWriter:
    """Writes frames, and ends the process when the owner stops reading."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        # Linux alone knows the command, and refuses it to a user whose pipes hold very much already.
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def send(self, kind: int, line_id: int, payload: bytes = b"") -> None:
        frame = memoryview(FRAME_HEAD.pack(len(payload), kind, line_id) + payload)
        try:
            while frame:
                frame = frame[os.write(self._descriptor, frame) :]
        except BrokenPipeError:
            os._exit(0)


def open_pipes() -> tuple[RequestReader, FrameWriter]:
    """Take stdin and stdout over, and read requests from now on."""
    # Ctrl-C reaches everything in a terminal; this process ends with its stdin, after its owner.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reader, writer = RequestReader(os.dup(0)), FrameWriter(os.dup(1))
    # What the engine prints must not get between the frames.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    threading.Thread(target=reader.run, name="reader", daemon=True).start()
    return reader, writer


def serve(load_engine: Callable[[], Engine]) -> None:
    """Load the engine and speak lines in order until stdin ends."""
    reader, writer = open_pipes()
    engine = load_engine()
    writer.send(READY, 0, RATE.pack(engine.sample_rate_hz))
    while True:
        _speak_one(reader.requests.get(), engine, reader, writer)


def _speak_one(request: Request, engine: Engine, reader: RequestReader, writer: FrameWriter) -> None:
    line_id = request["id"]
    room = MAX_LINE_S * engine.sample_rate_hz * BYTES_PER_SAMPLE

    def give(pcm: bytes) -> bool:
        nonlocal room
        room -= len(pcm)
        if room < 0 or reader.is_cancelled(line_id):
            return False
        writer.send(AUDIO, line_id, pcm)
        return True

    ending = END if reader.is_cancelled(line_id) else engine.speak(request, give)
    reader.finish(line_id)
    writer.send(ending, line_id)
