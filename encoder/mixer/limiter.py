"""Keeps a mix below -1 dBFS, with a delay of 5 ms. Both channels get the same gain."""

import numpy as np

from encoder.mixer.frames import CHANNELS, FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENCE, Samples
from speech.stage.sound.limiter import running_mean, running_minimum

CEILING = 10 ** (-1 / 20)
AHEAD = SAMPLE_RATE_HZ // 200
HOLD = SAMPLE_RATE_HZ // 25


class PeakLimiter:
    """Lowers the gain smoothly before a peak, holds it for 40 ms, and raises it again. It never clips."""

    def __init__(self) -> None:
        self._delayed: Samples = np.zeros((AHEAD, CHANNELS), dtype=np.float32)
        # The gain that each sample needs, as far back as it matters.
        self._wanted: Samples = np.ones(HOLD + 2 * AHEAD, dtype=np.float32)
        self._is_idle = True  # the delay holds zeros, and no gain is lowered

    def feed(self, frame: Samples) -> Samples:
        """Return a frame: the last 5 ms of the one before, and all of this one but its last 5 ms."""
        if frame is SILENCE and self._is_idle:
            return SILENCE
        audio = np.concatenate((self._delayed, frame))
        peaks = np.abs(frame).max(axis=1)
        is_loud = bool(peaks.max() > CEILING)
        new = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9)) if is_loud else np.ones(FRAME_SAMPLES)
        wanted: Samples = np.concatenate((self._wanted, new)).astype(np.float32)
        self._wanted, self._delayed = wanted[FRAME_SAMPLES:], audio[FRAME_SAMPLES:]
        out = audio[:FRAME_SAMPLES]
        is_lowered = bool(wanted.min() < 1.0)
        if is_lowered:
            lowest = running_minimum(wanted, HOLD + AHEAD + 1)
            out = out * running_mean(lowest, AHEAD + 1)[:FRAME_SAMPLES, np.newaxis]
        self._is_idle = not is_lowered and not self._delayed.any()
        return out if out.any() else SILENCE
