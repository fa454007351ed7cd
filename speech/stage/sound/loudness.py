"""Measures the loudness of speech in LUFS, and returns the gain that brings it to the target.

The method is that of ITU-R BS.1770-5 for one channel: K-weighting, blocks of 400 ms that overlap by three
quarters, an absolute gate at -70 LUFS and a relative one 10 LU below what is left.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log10, pi

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Powers = NDArray[np.float64]

TARGET_LUFS = -16.0
MOST_GAIN_DB = 30.0
BLOCK_S = 0.4
HOP_S = 0.1
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LU = -0.691
# Room for the high-pass filter's decay, which must not wrap around to the beginning.
PADDING_S = 0.2
# After so much speech older lines weigh less and less.
REMEMBERED_S = 600.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """A voice's own loudness in LUFS, and the seconds of speech it was measured from."""

    lufs: float
    heard_s: float

    def with_line(self, line: "Loudness") -> "Loudness":
        """Return the average with one more line."""
        known_s = min(self.heard_s, REMEMBERED_S)
        total_s = known_s + line.heard_s
        power = (_power(self.lufs) * known_s + _power(line.lufs) * line.heard_s) / total_s
        return Loudness(_lufs(power), total_s)


def gain_for(lufs: float) -> float:
    """Return the gain in dB that brings speech of a loudness to the target."""
    return min(TARGET_LUFS - lufs, MOST_GAIN_DB)


def measure(samples: Samples, sample_rate_hz: int) -> Loudness | None:
    """Return the loudness of samples between -1 and 1; None for silence."""
    powers = _block_powers(_k_weighted(samples, sample_rate_hz), sample_rate_hz)
    loud = powers[powers > _power(ABSOLUTE_GATE_LUFS)]
    if not loud.size:
        return None
    gate = float(loud.mean()) * 10 ** (RELATIVE_GATE_LU / 10)
    gated = loud[loud > gate]
    return Loudness(_lufs(float(gated.mean())), gated.size * HOP_S)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_LU) / 10))


def _lufs(power: float) -> float:
    return OFFSET_LU + 10 * log10(power)


def _block_powers(weighted: Samples, sample_rate_hz: int) -> Powers:
    """Return the mean square of each block; of a line shorter than a block, that of the whole line."""
    block, hop = round(BLOCK_S * sample_rate_hz), round(HOP_S * sample_rate_hz)
    if not weighted.size:
        return np.zeros(0)
    total = np.concatenate(([0.0], np.cumsum(weighted.astype(np.float64) ** 2)))
    if weighted.size < block:
        return total[-1:] / weighted.size
    starts = np.arange(0, weighted.size - block + 1, hop)
    return (total[starts + block] - total[starts]) / block


def _k_weighted(samples: Samples, sample_rate_hz: int) -> Samples:
    """Filter in the frequency domain: exact, and no loop over samples."""
    size = _fast_size(samples.size + round(PADDING_S * sample_rate_hz))
    spectrum = np.fft.rfft(samples, size)
    weighted = np.fft.irfft(spectrum * _response(size, sample_rate_hz), size)
    return weighted[: samples.size].astype(np.float32)


def _fast_size(least: int) -> int:
    """Return a length at which a transform is fast: 4, 5, 6 or 7 times a power of two.

    A length with a large prime factor takes ten times as long. There are four lengths an octave, so that the
    responses of the usual ones stay in their cache.
    """
    step: int = 1 << max(least.bit_length() - 3, 1)
    return -(-least // step) * step


@lru_cache(maxsize=16)
def _response(size: int, sample_rate_hz: int) -> NDArray[np.complex64]:
    z = np.exp(-2j * pi * np.fft.rfftfreq(size))
    response: NDArray[np.complex128] = np.ones_like(z)
    for numerator, denominator in (_shelf(sample_rate_hz), _high_pass(sample_rate_hz)):
        response *= np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z)
    # In single precision the transforms take half as long; the loudness stays the same to 0.001 LU.
    return response.astype(np.complex64)


Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]


def _shelf(sample_rate_hz: int) -> Biquad:
    """Return the shelving filter, which models the head.

    From the analogue prototype of the Recommendation's 48 kHz coefficients, so it fits any rate.
    """
    k = np.tan(pi * 1681.974450955533 / sample_rate_hz)
    high = 10 ** (3.999843853973347 / 20)
    band, q = high**0.4996667741545416, 0.7071752369554196
    norm = 1 + k / q + k * k
    numerator = (
        (high + band * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / q + k * k) / norm,
    )
    return numerator, (1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)


def _high_pass(sample_rate_hz: int) -> Biquad:
    k = np.tan(pi * 38.13547087602444 / sample_rate_hz)
    q = 0.5003270373238773
    norm = 1 + k / q + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)
