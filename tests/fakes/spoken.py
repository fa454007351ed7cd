"""Real speech for the fakes: the built-in voice says a line, and it comes as a provider would send it."""

import json
import random
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Self

import numpy as np

from speech.providers.embedded import helper_process as wire
from speech.providers.espeak import PROGRAM
from speech.stage.sound.resampling import Resampler

ESPEAK_LUFS = -20.4  # measured over two longer lines, one Italian and one English
NATURAL_WPM, NATURAL_PITCH = 165, 50
NAMES = {"it": "it+f3", "en": "en-us+f3"}
# What services leave around a line: not quite silence.
BEFORE_S, AFTER_S = 0.12, 0.35
NOISE = 1.5e-4
BYTES_PER_SAMPLE = 2
SMALLEST_PIECE, LARGEST_PIECE = 201, 9_001  # bytes; samples are torn apart


class Espeak:
    """espeak-ng for threads and programs without an event loop: one line at a time, whole."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            PROGRAM.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._door = threading.Lock()
        self._said = 0
        self.rate_hz: int = wire.RATE.unpack(self._frame()[1])[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def say(self, text: str, language: str) -> bytes:
        """Return a line as mono s16le."""
        with self._door:
            self._said += 1
            request = wire.Request(
                id=self._said,
                texts=[text],
                voices=[NAMES[language]],
                speed=NATURAL_WPM,
                pitch=NATURAL_PITCH,
            )
            self._ask(request)
            pcm = b""
            while (frame := self._frame())[0] != wire.END:
                assert frame[0] == wire.AUDIO
                pcm += frame[1]
            return pcm

    def _ask(self, request: wire.Request) -> None:
        message = json.dumps(request).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(wire.REQUEST_HEAD.pack(len(message)) + message)
        self._process.stdin.flush()

    def _frame(self) -> tuple[int, bytes]:
        assert self._process.stdout is not None
        head = self._process.stdout.read(wire.FRAME_HEAD.size)
        length, kind, _ = wire.FRAME_HEAD.unpack(head)
        return kind, self._process.stdout.read(length)


@dataclass(frozen=True)
class Speech:
    """How one provider sounds and sends: its rate, about how loud it is, how much faster than it plays."""

    espeak: Espeak
    rate_hz: int = 24_000
    lufs: float = ESPEAK_LUFS
    first_byte_s: float = 0.15
    times_real_time: float = 4.0

    def say(self, text: str, language: str) -> bytes:
        """Return a line at the provider's rate and level, in what is nearly silence."""
        said = np.frombuffer(self.espeak.say(text, language), "<i2")
        natural = said.astype(np.float32) / np.float32(32_768)
        resampler = Resampler(self.espeak.rate_hz, self.rate_hz)
        voiced = np.concatenate((resampler.feed(natural), resampler.finish()))
        # Like a recording that was made loud: its peaks are rounded, not cut off.
        voiced = np.tanh(voiced * np.float32(10 ** ((self.lufs - ESPEAK_LUFS) / 20)))
        line = np.pad(voiced, (round(BEFORE_S * self.rate_hz), round(AFTER_S * self.rate_hz)))
        line += _noise(line.size)
        pcm: bytes = (np.clip(line, -1, 1) * 32_767).astype("<i2").tobytes()
        return pcm

    def pieces(self, text: str, language: str) -> tuple[bytes, ...]:
        """Return a line in pieces of any length, the same ones every time."""
        return tuple(uneven(self.say(text, language), seed=len(text)))

    @property
    def bytes_per_s(self) -> float:
        return self.times_real_time * self.rate_hz * BYTES_PER_SAMPLE


def uneven(audio: bytes, *, seed: int) -> Iterator[bytes]:
    rng = random.Random(seed)
    at = 0
    while at < len(audio):
        size = rng.randint(SMALLEST_PIECE, LARGEST_PIECE)
        yield audio[at : at + size]
        at += size


@lru_cache(maxsize=4)
def _noise_of(size: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return (np.random.default_rng(1).standard_normal(size) * NOISE).astype(np.float32)


def _noise(size: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.resize(_noise_of(24_000), size)
