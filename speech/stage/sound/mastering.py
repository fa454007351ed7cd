"""Masters one line: resamples, levels, trims, limits and fades a provider's audio."""

import numpy as np
from numpy.typing import NDArray

from speech.stage.sound.edges import Fades, Trim
from speech.stage.sound.limiter import Limiter
from speech.stage.sound.loudness import Loudness, measure
from speech.stage.sound.resampling import Resampler

Samples = NDArray[np.float32]

RATE_HZ = 24_000
HIGH_RATE_HZ = 48_000  # for voices that have more to give
HIGH_FROM_HZ = 44_100
FULL_SCALE = 32_768
HELD_BACK_S = 0.016  # at most: one frame of the trim, the limiter's look-ahead and the filters' reach


class Mastering:
    """Masters the audio of one line, with a delay of `HELD_BACK_S`.

    `gain_db` brings the voice to the target loudness. `loudness` is that of the original line, from its
    first sound to its last; it is complete once the line is finished.
    """

    def __init__(self, sample_rate_hz: int, *, gain_db: float) -> None:
        self.sample_rate_hz = HIGH_RATE_HZ if sample_rate_hz >= HIGH_FROM_HZ else RATE_HZ
        self._gain_db = gain_db
        self._gain = np.float32(10 ** (gain_db / 20))
        self._resampler = Resampler(sample_rate_hz, self.sample_rate_hz)
        self._trim = Trim(self.sample_rate_hz)
        self._limiter = Limiter(self.sample_rate_hz)
        self._fades = Fades(self.sample_rate_hz)
        self._heard: list[Samples] = []
        self.has_begun = False  # whether any audio was returned

    @property
    def loudness(self) -> Loudness | None:
        """Loudness of the original line; None for silence."""
        heard = measure(np.concatenate(self._heard), self.sample_rate_hz) if self._heard else None
        return Loudness(heard.lufs - self._gain_db, heard.heard_s) if heard else None

    def feed(self, pcm: bytes) -> bytes:
        """Add whole mono s16le samples and return those that are finished."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)
        trimmed = self._trim.feed(self._resampler.feed(samples) * self._gain)
        finished = self._fades.feed(self._limit(trimmed))
        self.has_begun = self.has_begun or finished.size > 0
        return _pcm(finished)

    def finish(self) -> bytes:
        """Return the rest, once no more audio comes."""
        trimmed = np.concatenate(
            (self._trim.feed(self._resampler.finish() * self._gain), self._trim.finish())
        )
        return _pcm(self._fades.finish(np.concatenate((self._limit(trimmed), self._limiter.finish()))))

    def _limit(self, trimmed: Samples) -> Samples:
        if trimmed.size:
            self._heard.append(trimmed)
        return self._limiter.feed(trimmed)


def _pcm(samples: Samples) -> bytes:
    return np.round(samples * (FULL_SCALE - 1)).astype("<i2").tobytes()
