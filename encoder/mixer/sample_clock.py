"""The one clock of a stream: how many audio samples there are. Everything counts in whole numbers."""

from encoder.mixer.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ

NANOSECONDS = 1_000_000_000


def samples_to_ms(samples: int) -> int:
    """Return the time of a sample, rounded down. A sum of rounded times would drift."""
    return samples * 1000 // SAMPLE_RATE_HZ


def picture_ms(number: int, frame_rate: int) -> int:
    """Return the time of a picture by its number, rounded down."""
    return number * 1000 // frame_rate


class SampleClock:
    """Says how many frames of 20 ms are due. `now_ns` is a monotonic clock's time."""

    def __init__(self, start_ns: int) -> None:
        self._start_ns = start_ns
        self.frames = 0

    @property
    def samples(self) -> int:
        """How many samples were given so far."""
        return self.frames * FRAME_SAMPLES

    def due(self, now_ns: int) -> int:
        """Return how many frames must be made now, so that the stream is as long as the time that passed."""
        passed = (now_ns - self._start_ns) * SAMPLE_RATE_HZ // NANOSECONDS
        return max(0, passed // FRAME_SAMPLES - self.frames)

    def wait_ns(self, now_ns: int, frames: int = 1) -> int:
        """Return the time until so many frames are due."""
        next_ns = -(-(self.samples + frames * FRAME_SAMPLES) * NANOSECONDS // SAMPLE_RATE_HZ)
        return max(0, self._start_ns + next_ns - now_ns)
