"""Lowers the music while the host speaks."""

import numpy as np

from encoder.mixer.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

DEPTH_DB = 12.0
ATTACK_S = 0.05
RELEASE_S = 0.4
# Speech that is softer does not lower the music: the pauses between sentences do not count.
THRESHOLD = 10 ** (-50 / 20)
# Pauses between words: the music does not rise in them.
HOLD_FRAMES = 15
# In so many time constants 99 % of the way is done.
CONSTANTS = 4.6
SETTLED_DB = 0.01


class Ducker:
    """Follows the voice with one-pole slopes: down in 50 ms, up in 400 ms, both in dB."""

    def __init__(self) -> None:
        self._level_db = 0.0
        self._hold = 0
        steps = np.arange(1, FRAME_SAMPLES + 1, dtype=np.float64)
        self._slopes = {
            seconds: np.exp(-steps * CONSTANTS / (seconds * SAMPLE_RATE_HZ))
            for seconds in (ATTACK_S, RELEASE_S)
        }

    def gains(self, voice: Samples | None) -> Samples | None:
        """Return a factor for each sample of the music's frame; None for 1 throughout."""
        speaks = voice is not None and float(np.sqrt(np.mean(np.square(voice)))) > THRESHOLD
        self._hold = HOLD_FRAMES if speaks else max(0, self._hold - 1)
        target_db = -DEPTH_DB if self._hold else 0.0
        if self._level_db == target_db == 0.0:
            return None
        slope = self._slopes[ATTACK_S if target_db < self._level_db else RELEASE_S]
        levels_db = target_db + (self._level_db - target_db) * slope
        last_db = float(levels_db[-1])
        self._level_db = target_db if abs(last_db - target_db) < SETTLED_DB else last_db
        return np.asarray(10 ** (levels_db / 20), dtype=np.float32)
