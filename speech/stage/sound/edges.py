"""Trims the silence at the ends of a line, and fades in and out so that nothing clicks."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

KEPT_S = 0.08
FADE_S = 0.005
FRAME_S = 0.01
SILENT = 10 ** (-50 / 20)  # root mean square of a frame, at the final loudness
NOTHING: Samples = np.zeros(0, dtype=np.float32)


class Trim:
    """Trims silence to `KEPT_S` before the first sound and after the last; silence in between stays.

    Silence is buffered until it is known what follows. Sound is passed on at once.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._frame = round(FRAME_S * sample_rate_hz)
        self._kept = round(KEPT_S * sample_rate_hz)
        self._pending = NOTHING  # less than a frame
        self._silence = NOTHING  # may be the line's end
        self.has_begun = False

    def feed(self, samples: Samples) -> Samples:
        """Add samples and return those that are certain to be kept."""
        pending = np.concatenate((self._pending, samples))
        whole = pending.size - pending.size % self._frame
        self._pending = pending[whole:]
        frames = pending[:whole].reshape(-1, self._frame)
        audible = np.flatnonzero(np.mean(np.square(frames), axis=1) > SILENT**2)
        if not audible.size:
            self._hold(pending[:whole])
            return NOTHING
        sounds_to = (int(audible[-1]) + 1) * self._frame
        silent_to = 0 if self.has_begun else int(audible[0]) * self._frame
        self._hold(pending[:silent_to])
        out = np.concatenate((self._silence, pending[silent_to:sounds_to]))
        self.has_begun = True
        self._silence = NOTHING
        self._hold(pending[sounds_to:whole])
        return out

    def finish(self) -> Samples:
        """Return the rest, once no more samples come."""
        rest = np.concatenate((self._silence, self._pending))
        return rest[: self._kept] if self.has_begun else NOTHING

    def _hold(self, silence: Samples) -> None:
        held = np.concatenate((self._silence, silence))
        self._silence = held if self.has_begun else held[max(0, held.size - self._kept) :]


class Fades:
    """Ramps up over the first `FADE_S` and down over the last."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._length = round(FADE_S * sample_rate_hz)
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """Return samples of the line, faded in."""
        done = self._given
        self._given += samples.size
        left = min(self._length - done, samples.size)
        if left <= 0:
            return samples
        ramp = (np.arange(done, done + left, dtype=np.float32) + 1) / (self._length + 1)
        return np.concatenate((samples[:left] * ramp, samples[left:]))

    def finish(self, samples: Samples) -> Samples:
        """Return the line's last samples, faded out."""
        samples = self.feed(samples)
        length = min(self._length, samples.size)
        ramp = np.arange(length, 0, -1, dtype=np.float32) / (length + 1)
        return np.concatenate((samples[: samples.size - length], samples[samples.size - length :] * ramp))
