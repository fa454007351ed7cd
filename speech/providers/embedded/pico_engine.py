"""Speaks with SVOX Pico, inside a helper process. Standard library only.

The library is part of the package `py-nanotts`, whose own function makes a whole text in one call. This uses
the functions of picoapi.h beneath it, which give the sound while it is made, and keep a loaded voice.
"""

import ctypes
import signal
import sys
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from speech.providers.embedded import helper_process as wire
from speech.providers.embedded.turns import serve_by_due_time

SAMPLE_RATE_HZ: Final = 16_000
# A clause takes some 50 ms. A few texts keep Pico busy for ever, and a call of its own cannot be interrupted.
MOST_CPU_S: Final = 2.0
# Its own volume clips. So it speaks at -21 to -18 LUFS, as other voices do, and -15 with its highest pitch.
VOLUME: Final = 40
# After a line's first piece; see `LinesByDueTime`.
_REST_S: Final = 0.008

_MEMORY_BYTES: Final = 2_500_000
_NAME_BYTES: Final = 64
_MOST_BYTES: Final = 128  # of one call
_VOICE: Final = b"voice"

# Constants of picodefs.h.
_OK: Final = 0
_BUSY, _IDLE = 201, 200
_FULL_RESET: Final = 0

_RESOURCES = {
    "it-IT": ("it-IT_ta.bin", "it-IT_cm0_sg.bin"),
    "en-US": ("en-US_ta.bin", "en-US_lh0_sg.bin"),
    "en-GB": ("en-GB_ta.bin", "en-GB_kh0_sg.bin"),
    "de-DE": ("de-DE_ta.bin", "de-DE_gl0_sg.bin"),
    "fr-FR": ("fr-FR_ta.bin", "fr-FR_nk0_sg.bin"),
    "es-ES": ("es-ES_ta.bin", "es-ES_zl0_sg.bin"),
}
_SENTENCE_ENDS: Final = (".", "!", "?")


class PicoEngine:
    """Wraps the library. Speed and pitch are factors, as Pico's own tags take them."""

    sample_rate_hz = SAMPLE_RATE_HZ

    def __init__(self, package: str) -> None:
        (library,) = Path(package).glob("_nanotts*.so")
        self._library = ctypes.CDLL(str(library))
        self._languages = Path(package, "lang")
        self._idle: dict[str, list[_Voice]] = {name: [] for name in _RESOURCES}

    def pieces(self, request: wire.Request) -> Generator[bytes, None, int]:
        """Yield a line as `turns.EngineInPieces` describes it. Lines side by side have a voice each."""
        (name,) = request["voices"]
        if name not in _RESOURCES:
            return wire.NO_VOICE
        idle = self._idle[name]
        voice = idle.pop() if idle else self._load(name)
        is_heard = False
        try:
            for text in request["texts"]:
                tagged = _tagged(text, speed=request["speed"], pitch=request["pitch"])
                pause_s = _SENTENCE_PAUSE_S if text.endswith(_SENTENCE_ENDS) else _CLAUSE_PAUSE_S
                with closing(voice.speak(tagged)) as pieces:
                    for pcm in _bounded(shaped(pieces, pause_s)):
                        is_heard = True
                        yield pcm
        finally:
            idle.append(voice)
        return wire.END if is_heard else wire.NO_SOUND

    def _load(self, name: str) -> "_Voice":
        return _Voice(self._library, [self._languages / each for each in _RESOURCES[name]])


class _Voice:
    """One voice with its language, loaded for the life of the process."""

    def __init__(self, library: ctypes.CDLL, resources: list[Path]) -> None:
        self._library = library
        self._memory = ctypes.create_string_buffer(_MEMORY_BYTES)
        self._system = ctypes.c_void_p()
        self._engine = ctypes.c_void_p()
        system = ctypes.byref(self._system)
        self._call("pico_initialize", self._memory, ctypes.c_int32(_MEMORY_BYTES), system)
        self._call("pico_createVoiceDefinition", self._system, _VOICE)
        for path in resources:
            resource, name = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES)
            self._call("pico_loadResource", self._system, str(path).encode(), ctypes.byref(resource))
            self._call("pico_getResourceName", self._system, resource, name)
            self._call("pico_addResourceToVoiceDefinition", self._system, _VOICE, name)
        self._call("pico_newEngine", self._system, _VOICE, ctypes.byref(self._engine))

    def speak(self, text: str) -> Generator[bytes, None, None]:
        """Yield a text's samples as they are made, in small pieces; end early where the library fails."""
        left, accepted = text.encode() + b"\0", ctypes.c_int16()
        try:
            while left:
                size, taken = ctypes.c_int16(len(left)), ctypes.byref(accepted)
                self._call("pico_putTextUtf8", self._engine, left, size, taken)
                if accepted.value <= 0:
                    raise OSError("pico_putTextUtf8 accepts nothing")
                left = left[accepted.value :]
                yield from self._samples()
        except OSError:
            return
        finally:
            # After a text that was cut or failed; costs nothing after one that ended.
            self._call("pico_resetEngine", self._engine, ctypes.c_int32(_FULL_RESET))

    def _samples(self) -> Iterator[bytes]:
        # Some 4,000 calls for a second of sound: everything is prepared before the loop.
        get_data, engine, most = self._library.pico_getData, self._engine, ctypes.c_int16(_MOST_BYTES)
        buffer, count, kind = ctypes.create_string_buffer(_MOST_BYTES), ctypes.c_int16(), ctypes.c_int16()
        count_at, kind_at = ctypes.byref(count), ctypes.byref(kind)
        status = _BUSY
        while status == _BUSY:
            status = get_data(engine, buffer, most, count_at, kind_at)
            if count.value:
                yield buffer.raw[: count.value]
        if status != _IDLE:
            raise OSError("pico_getData failed")

    def _call(self, function: str, *arguments: object) -> None:
        if getattr(self._library, function)(*arguments) != _OK:
            raise OSError(f"{function} failed")


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a clause's pieces; end the process when all of them take more than `MOST_CPU_S`."""
    left_s = MOST_CPU_S
    while True:
        signal.setitimer(signal.ITIMER_VIRTUAL, left_s)
        try:
            piece = next(pieces)
        except StopIteration:
            return
        finally:
            # Other lines' pieces come in between. Zero would mean no limit.
            left_s = max(signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)[0], 0.001)
        yield piece


def _tagged(text: str, *, speed: float, pitch: float) -> str:
    # The tags stay open until the reset: behind a closed one Pico makes another half second of near silence.
    levels = {"speed": round(100 * speed), "pitch": round(100 * pitch), "volume": VOLUME}
    return "".join(f'<{name} level="{level}">' for name, level in levels.items()) + text


# Pico leaves 0.1 s of quiet behind a text in one language and 0.6 s in another.
_SENTENCE_PAUSE_S: Final = 0.35
_CLAUSE_PAUSE_S: Final = 0.2
_LEAD_S: Final = 0.03
_BLOCK_BYTES: Final = 640  # 20 ms
# Of 32,768. Where Pico has nothing to say its samples stay below 160.
_AUDIBLE: Final = 300
_FIRST_BYTES, _MOST_GIVEN_BYTES = 1_920, 15_360


def shaped(pieces: Iterator[bytes], pause_s: float) -> Iterator[bytes]:
    """Yield a clause in larger pieces, with `pause_s` of quiet at its end; nothing when it has no sound."""
    quiet, ready, wanted, has_begun = b"", b"", _FIRST_BYTES, False
    for block in _blocks(pieces):
        quiet += block
        if not _is_loud(block):
            continue
        ready += quiet if has_begun else quiet[-_bytes_of(_LEAD_S) - len(block) :]
        quiet, has_begun = b"", True
        if len(ready) >= wanted:
            yield ready
            ready, wanted = b"", min(2 * wanted, _MOST_GIVEN_BYTES)
    if has_begun:
        yield ready + quiet[: _bytes_of(pause_s)].ljust(_bytes_of(pause_s), b"\0")


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    pending = b""
    for piece in pieces:
        pending += piece
        if len(pending) >= _BLOCK_BYTES:
            yield pending
            pending = b""
    if pending:
        yield pending


def _bytes_of(duration_s: float) -> int:
    return round(duration_s * SAMPLE_RATE_HZ) * wire.BYTES_PER_SAMPLE


def _is_loud(block: bytes) -> bool:
    samples = array("h", block)
    return max(samples) > _AUDIBLE or min(samples) < -_AUDIBLE


def main() -> None:
    """Serve lines; the argument is the folder of the installed package."""
    (package,) = sys.argv[1:]
    serve_by_due_time(lambda: PicoEngine(package), next_piece_in_s=_REST_S)
