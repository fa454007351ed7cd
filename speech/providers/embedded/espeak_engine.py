"""Speaks with the eSpeak NG library, inside a helper process. Standard library only."""

import ctypes
import os
import sys
from typing import Final

from speech.providers.embedded import helper_process as wire

_BUFFER_MS: Final = 60

# Constants of speak_lib.h.
_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_OK: Final = 0
_RATE, _PITCH = 1, 3
_FROM_CHARACTERS: Final = 1
# UTF-8 alone: without the SSML (0x10) and phoneme (0x100) bits markup is read out as plain text.
_PLAIN_UTF8: Final = 0x01

_SYNTH_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class EspeakEngine:
    """Wraps the library, and passes on each audio buffer of a line as soon as it is filled.

    Speed is in words a minute; pitch runs from 0 to 99.
    """

    def __init__(self, library_path: str, data_path: str) -> None:
        self._library = ctypes.CDLL(library_path)
        size, flags, pointer = ctypes.c_size_t, ctypes.c_uint, ctypes.c_void_p
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p, size, flags, ctypes.c_int, flags, flags, pointer, pointer,
        ]  # fmt: skip
        # Referenced here because the library stores only the pointer.
        self._callback = _SYNTH_CALLBACK(self._flush)
        self._give: wire.Give = bool
        self.sample_rate_hz: int = self._library.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, os.fsencode(data_path), _DONT_EXIT
        )
        if self.sample_rate_hz <= 0:
            raise OSError("espeak_Initialize failed")
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, request: wire.Request, give: wire.Give) -> int:
        """Speak a line as `helper_process.Engine` describes it."""
        if not any(self._library.espeak_SetVoiceByName(name.encode()) == _OK for name in request["voices"]):
            return wire.NO_VOICE
        self._library.espeak_SetParameter(_RATE, round(request["speed"]), 0)
        self._library.espeak_SetParameter(_PITCH, round(request["pitch"]), 0)
        self._give = give
        for each in request["texts"]:
            text = each.encode("utf-8", "replace").replace(b"\0", b" ") + b"\0"
            self._library.espeak_Synth(text, len(text), 0, _FROM_CHARACTERS, 0, _PLAIN_UTF8, None, None)
        return wire.END

    def _flush(self, samples: int | None, count: int, _events: int | None) -> int:
        if not samples or count <= 0:
            return 0
        return 0 if self._give(ctypes.string_at(samples, count * wire.BYTES_PER_SAMPLE)) else 1


def main() -> None:
    """Serve lines; the arguments are the library's path and that of its data."""
    library_path, data_path = sys.argv[1:]
    wire.serve(lambda: EspeakEngine(library_path, data_path))
