"""Mixes the host's voice and music into frames of 20 ms."""

import numpy as np

from encoder.mixer.buses import MusicBus, VoiceBus
from encoder.mixer.ducking import Ducker
from encoder.mixer.frames import CHANNELS, SILENCE, Samples, to_pcm
from encoder.mixer.limiter import PeakLimiter


class Mixer:
    """Gives one frame a call. When nothing sounds, it is the shared `SILENCE`: true zeros.

    Voice is at -16 LUFS, music at -28; while the host speaks, music is 12 dB lower.
    """

    def __init__(self, voice: VoiceBus, music: MusicBus) -> None:
        self._voice, self._music = voice, music
        self._ducker, self._limiter = Ducker(), PeakLimiter()
        self.is_muted = False

    def next_pcm(self) -> bytes:
        """Return the next frame as s16le."""
        return to_pcm(self.next_frame())

    def next_frame(self) -> Samples:
        """Return the next frame, of shape (960, 2) and between -1 and 1."""
        voice, music = self._voice.read(), self._music.read()
        gains = self._ducker.gains(voice)
        if self.is_muted:
            voice = music = None
        if music is not None and gains is not None:
            music = music * gains[:, np.newaxis]
        return self._limiter.feed(_sum(voice, music))


def _sum(voice: Samples | None, music: Samples | None) -> Samples:
    if voice is None:
        return SILENCE if music is None else music
    both = np.repeat(voice[:, np.newaxis], CHANNELS, axis=1)
    return both if music is None else both + music
