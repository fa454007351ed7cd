"""Limits true peaks to a ceiling, with a delay of `LOOK_AHEAD_S`."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

# A little under -1 dBTP, because the player may resample once more.
CEILING = 10 ** (-1.5 / 20)
LOOK_AHEAD_S = 0.005
# Longer than a period of the deepest voice, so that the gain does not follow single waves.
HOLD_S = 0.04
OVERSAMPLING = 4
REACH = 12  # samples on each side from which the level between two samples is interpolated


class Limiter:
    """Lowers the gain smoothly before a peak, holds it, and raises it again. It never clips."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._ahead = round(LOOK_AHEAD_S * sample_rate_hz)
        self._hold = round(HOLD_S * sample_rate_hz)
        self._audio = np.zeros(0, dtype=np.float32)  # still buffered
        self._raw = np.zeros(REACH, dtype=np.float32)  # input of the peak detection
        # The gain that each sample needs, as far back as it matters.
        self._wanted = np.ones(self._hold + self._ahead, dtype=np.float32)

    @property
    def held_back(self) -> int:
        """Number of samples that are still buffered."""
        return self._audio.size

    def feed(self, samples: Samples) -> Samples:
        """Add samples and return those whose gain is final."""
        self._audio = np.concatenate((self._audio, samples))
        self._raw = np.concatenate((self._raw, samples))
        peaks = _true_peaks(self._raw)
        self._raw = self._raw[max(0, self._raw.size - 2 * REACH) :]
        wanted = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9)).astype(np.float32)
        self._wanted = np.concatenate((self._wanted, wanted))
        return self._give(self._wanted.size - 2 * self._ahead - self._hold)

    def finish(self) -> Samples:
        """Return the rest, once no more samples come."""
        left = self._audio.size
        return self.feed(np.zeros(self._ahead + REACH, dtype=np.float32))[:left]

    def _give(self, count: int) -> Samples:
        if count <= 0:
            return np.zeros(0, dtype=np.float32)
        lowest = running_minimum(self._wanted, self._hold + self._ahead + 1)
        gains = running_mean(lowest, self._ahead + 1)
        out = self._audio[:count] * gains[:count]
        self._audio = self._audio[count:]
        self._wanted = self._wanted[count:]
        return out


def running_minimum(values: Samples, span: int) -> Samples:
    """Return the minimum of every `span` neighbours, in as many steps as `span` has binary digits."""
    covered = 1
    while covered < span:
        step = min(covered, span - covered)
        values = np.minimum(values[:-step], values[step:])
        covered += step
    return values


def running_mean(values: Samples, span: int) -> Samples:
    """Return the mean of every `span` neighbours, from the differences of the running sum."""
    total = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.asarray((total[span:] - total[:-span]) / span, dtype=np.float32)


def _true_peaks(raw: Samples) -> Samples:
    """Return the highest level from each sample up to the next, `REACH` samples from either end aside."""
    if raw.size <= 2 * REACH:
        return np.zeros(0, dtype=np.float32)
    peaks = np.abs(raw[REACH:-REACH])
    # One filter after the other: a product of matrices would wake a pool of threads, and wait for them.
    for taps in _BETWEEN:
        np.maximum(peaks, np.abs(np.convolve(raw, taps, mode="valid")), out=peaks)
    return peaks


def _between() -> list[Samples]:
    """Return the interpolation filters for the places after a sample, each ready to be convolved with."""
    filters = []
    for place in range(1, OVERSAMPLING):
        offsets = np.arange(-REACH, REACH + 1) - place / OVERSAMPLING
        window = np.cos(np.pi * np.clip(offsets / (2 * (REACH + 1)), -0.5, 0.5)) ** 2
        filters.append(np.asarray(np.sinc(offsets) * window, dtype=np.float32)[::-1].copy())
    return filters


_BETWEEN = _between()
