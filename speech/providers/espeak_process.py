"""Script of the espeak-ng helper process: reads requests from stdin, writes audio frames to stdout.

The library is GPL and keeps its state in globals, so the application never loads it: it runs this
file as a script of its own. Standard library only, so that it is ready within a few milliseconds.

A request is a length (u32, little-endian) and JSON, either a `Request` or `{"cancel": id}`. A frame
is the payload's length (u32), its kind (u8), the line's id (u32) and the payload. Lines are spoken
one after the other in the order they came. The process ends when its stdin does.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import struct
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypedDict

REQUEST_HEAD = struct.Struct("<I")
FRAME_HEAD = struct.Struct("<IBI")
RATE = struct.Struct("<I")

# Kinds of frames. READY carries the sample rate, ERROR an ASCII reason, END nothing.
READY, AUDIO, END, ERROR = range(4)

# The longest line in seconds: bounds what the owner has to buffer.
MAX_LINE_S = 120
BYTES_PER_SAMPLE = 2

_BUFFER_MS = 60
# Some 25 s of sound, so that a line is made in one go while its reader is busy; the default is 64 KB.
_PIPE_BYTES = 1 << 20

# Constants of speak_lib.h.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_OK = 0
_RATE, _PITCH = 1, 3
_FROM_CHARACTERS = 1
# UTF-8 alone: without the SSML (0x10) and phoneme (0x100) bits markup is read out as plain text.
_PLAIN_UTF8 = 0x01

_SYNTH_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Request(TypedDict):
    """A line to speak. `voices` are espeak's names in order of preference; `pitch` runs from 0 to 99."""

    id: int
    text: str
    voices: list[str]
    rate_wpm: int
    pitch: int


class RequestReader:
    """Reads requests on its own thread, so that a cancellation arrives while a line is being spoken."""

    def __init__(self, descriptor: int) -> None:
        self.requests: SimpleQueue[Request] = SimpleQueue()
        self._descriptor = descriptor
        self._cancelled: set[int] = set()
        self._finished = 0

    def run(self) -> None:
        try:
            while True:
                (length,) = REQUEST_HEAD.unpack(self._read(REQUEST_HEAD.size))
                message = json.loads(self._read(length))
                if "cancel" not in message:
                    self.requests.put(message)
                elif message["cancel"] > self._finished:
                    self._cancelled.add(message["cancel"])
        finally:
            # The owner is gone; the main thread may be stuck in the library or in a write.
            os._exit(0)

    def is_cancelled(self, line_id: int) -> bool:
        return line_id in self._cancelled

    def finish(self, line_id: int) -> None:
        self._finished = line_id
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


class Engine:
    """Wraps the library, and passes on each audio buffer of a line as soon as it is filled."""

    def __init__(self, library_path: str, data_path: str) -> None:
        self._library = ctypes.CDLL(library_path)
        size, flags, pointer = ctypes.c_size_t, ctypes.c_uint, ctypes.c_void_p
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p, size, flags, ctypes.c_int, flags, flags, pointer, pointer,
        ]  # fmt: skip
        # Referenced here because the library stores only the pointer.
        self._callback = _SYNTH_CALLBACK(self._flush)
        self._give: Callable[[bytes], bool] = bool
        self.sample_rate_hz: int = self._library.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, os.fsencode(data_path), _DONT_EXIT
        )
        if self.sample_rate_hz <= 0:
            raise OSError("espeak_Initialize failed")
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, request: Request, give: Callable[[bytes], bool]) -> bool:
        """Speak a line: call `give` with its audio until that returns false. Return false for no voice."""
        if not any(self._library.espeak_SetVoiceByName(name.encode()) == _OK for name in request["voices"]):
            return False
        self._library.espeak_SetParameter(_RATE, request["rate_wpm"], 0)
        self._library.espeak_SetParameter(_PITCH, request["pitch"], 0)
        text = request["text"].encode("utf-8", "replace").replace(b"\0", b" ") + b"\0"
        self._give = give
        self._library.espeak_Synth(text, len(text), 0, _FROM_CHARACTERS, 0, _PLAIN_UTF8, None, None)
        return True

    def _flush(self, samples: int | None, count: int, _events: int | None) -> int:
        if not samples or count <= 0:
            return 0
        return 0 if self._give(ctypes.string_at(samples, count * BYTES_PER_SAMPLE)) else 1


def speak_one(request: Request, engine: Engine, reader: RequestReader, writer: FrameWriter) -> None:
    line_id = request["id"]
    room = MAX_LINE_S * engine.sample_rate_hz * BYTES_PER_SAMPLE

    def give(pcm: bytes) -> bool:
        nonlocal room
        room -= len(pcm)
        if room < 0 or reader.is_cancelled(line_id):
            return False
        writer.send(AUDIO, line_id, pcm)
        return True

    spoken = reader.is_cancelled(line_id) or engine.speak(request, give)
    reader.finish(line_id)
    if spoken:
        writer.send(END, line_id)
    else:
        writer.send(ERROR, line_id, b"no such voice")


def main(library_path: str, data_path: str) -> None:
    # Ctrl-C reaches everything in a terminal; this process ends with its stdin, after its owner.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reader, writer = RequestReader(os.dup(0)), FrameWriter(os.dup(1))
    # What the library prints must not get between the frames.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    threading.Thread(target=reader.run, name="reader", daemon=True).start()
    engine = Engine(library_path, data_path)
    writer.send(READY, 0, RATE.pack(engine.sample_rate_hz))
    while True:
        speak_one(reader.requests.get(), engine, reader, writer)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
