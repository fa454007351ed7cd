"""The two sources of a mix: the host's voice, and music that is repeated."""

from collections import deque

import numpy as np

from encoder.mixer.frames import CHANNELS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, gain_of
from speech.stage.audio import AudioChunk
from speech.stage.sound.loudness import measure
from speech.stage.sound.resampling import Resampler

MAX_QUEUED_S = 60
MUSIC_LUFS = -28.0
MOST_MUSIC_GAIN_DB = 12.0
CUT_SAMPLES = 240  # 5 ms, so that a cut does not click


class VoiceBus:
    """Queues the host's speech, which is mastered to -16 LUFS already, and gives it frame by frame."""

    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self._resampler: tuple[int, Resampler] | None = None
        self.queued = 0  # samples

    def write(self, chunk: AudioChunk) -> bool:
        """Queue a piece of speech; return False, and queue nothing, when a minute is queued already."""
        if self.queued > MAX_QUEUED_S * SAMPLE_RATE_HZ:
            return False
        samples = np.frombuffer(chunk.pcm, dtype="<i2").astype(np.float32) / 32768.0
        if self._resampler is None or self._resampler[0] != chunk.sample_rate_hz:
            self._resampler = (chunk.sample_rate_hz, Resampler(chunk.sample_rate_hz, SAMPLE_RATE_HZ))
        self._add(self._resampler[1].feed(samples))
        return True

    def end_line(self) -> None:
        """Queue what the resampler still holds of a line."""
        if self._resampler is not None:
            self._add(self._resampler[1].finish())
            self._resampler = None

    def cut(self) -> None:
        """Drop what is queued, but for a fade of 5 ms."""
        first = self._take(CUT_SAMPLES)
        self._pieces.clear()
        self.queued = 0
        self._resampler = None
        if first.size:
            self._add(first * np.linspace(1.0, 0.0, first.size, dtype=np.float32))

    def read(self) -> Samples | None:
        """Return the next 960 mono samples, filled up with zeros; None when nothing is queued."""
        if not self.queued:
            return None
        samples = self._take(FRAME_SAMPLES)
        return np.pad(samples, (0, FRAME_SAMPLES - samples.size)) if samples.size < FRAME_SAMPLES else samples

    def _add(self, samples: Samples) -> None:
        if samples.size:
            self._pieces.append(samples)
            self.queued += samples.size

    def _take(self, count: int) -> Samples:
        taken: list[Samples] = []
        while count and self._pieces:
            piece = self._pieces.popleft()
            if piece.size > count:
                self._pieces.appendleft(piece[count:])
                piece = piece[:count]
            taken.append(piece)
            count -= piece.size
            self.queued -= piece.size
        return np.concatenate(taken) if taken else np.zeros(0, dtype=np.float32)


class MusicBus:
    """Repeats a piece of music of shape (n, 2) without a gap, brought to -28 LUFS."""

    def __init__(self, music: Samples | None = None) -> None:
        self._music: Samples | None = None
        self._at = 0
        if music is not None and len(music):
            self._music = music * np.float32(gain_of(_music_gain_db(music)))

    def read(self) -> Samples | None:
        """Return the next frame; None without music."""
        if self._music is None:
            return None
        size = len(self._music)
        if self._at + FRAME_SAMPLES <= size:
            frame = self._music[self._at : self._at + FRAME_SAMPLES]
        else:
            frame = np.take(self._music, range(self._at, self._at + FRAME_SAMPLES), axis=0, mode="wrap")
        self._at = (self._at + FRAME_SAMPLES) % size
        return frame


def _music_gain_db(music: Samples) -> float:
    """Return the gain that brings music to its loudness; BS.1770 adds the channels' powers."""
    found = [measure(np.ascontiguousarray(music[:, channel]), SAMPLE_RATE_HZ) for channel in range(CHANNELS)]
    powers = [10 ** (each.lufs / 10) for each in found if each is not None]
    if not powers:
        return 0.0
    return min(MUSIC_LUFS - 10 * float(np.log10(sum(powers))), MOST_MUSIC_GAIN_DB)
