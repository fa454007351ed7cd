"""Measures how far a connection is behind, and decides which pictures it leaves out."""

from collections import deque

from encoder import h264
from encoder.flv import FlvKind, FlvTag

# Behind by so much, pictures that nobody refers to are left out; then all until the next key picture.
SPARE_PICTURES_S = 0.5
ALL_PICTURES_S = 1.0
# No progress for so long: the server has stopped reading.
STALL_S = 2.0
# How often a server is asked to report what it has read.
REPORT_WINDOW_BYTES = 16 * 1024
# Behind by so much although it reads: the connection will not catch up.
TOO_SLOW_S = 10.0


class Backlog:
    """Knows when the bytes were written that the server has not taken yet. Times are in seconds."""

    def __init__(self) -> None:
        self._written: deque[tuple[int, float]] = deque()
        self._taken = 0
        self._progress_at_s: float | None = None

    def note(self, *, written: int, unsent: int, now_s: float) -> None:
        """Note how many bytes were written in all, and how many of these nobody has taken."""
        if not self._written or written > self._written[-1][0]:
            self._written.append((written, now_s))
        taken = written - unsent
        if taken > self._taken or unsent <= 0 or self._progress_at_s is None:
            self._taken = max(taken, self._taken)
            self._progress_at_s = now_s
        while self._written and self._written[0][0] <= taken:
            self._written.popleft()

    def behind_s(self, now_s: float) -> float:
        """Return how long ago the oldest byte was written that is not taken yet."""
        return now_s - self._written[0][1] if self._written else 0.0

    def stalled_s(self, now_s: float) -> float:
        """Return for how long nothing was taken although something waits."""
        if not self._written or self._progress_at_s is None:
            return 0.0
        return now_s - self._progress_at_s


class ReadReports:
    """Counts what a server says it has read. Only a server that says it as often as it was asked is believed.

    A frozen server's kernel goes on taking bytes, for seconds at a low bit rate; these reports end at once.
    """

    def __init__(self) -> None:
        self._read: int | None = None
        self._is_regular = False

    def note(self, sequence: int) -> None:
        """Take an Acknowledgement: all bytes that the server has read, modulo 2^32."""
        if self._read is None:
            self._read = sequence
            return
        gap = (sequence - self._read) % 2**32
        self._read += gap
        self._is_regular = gap <= 3 * REPORT_WINDOW_BYTES

    def unread(self, written: int) -> int:
        """Return how many bytes the server has surely not read yet; 0 where it does not say."""
        if self._read is None or not self._is_regular:
            return 0
        return max(0, written - self._read - 2 * REPORT_WINDOW_BYTES)


class PictureGate:
    """Leaves whole pictures out when a connection is behind. Audio never passes here.

    A picture to which others refer takes these with it: they are left out until the next key picture.
    """

    def __init__(self) -> None:
        self._awaits_key = True
        self._is_first = False
        self.passed = self.dropped = 0

    def passes(self, tag: FlvTag, behind_s: float) -> bool:
        """Return whether a picture is sent."""
        if tag.kind is not FlvKind.VIDEO or tag.is_configuration:
            return True
        passes = self._passes_picture(tag, behind_s)
        self.passed += passes
        self.dropped += not passes and not self._is_first
        return passes

    def _passes_picture(self, tag: FlvTag, behind_s: float) -> bool:
        if tag.is_key:
            self._awaits_key = self._is_first = False
            return True
        if self._awaits_key or behind_s >= ALL_PICTURES_S:
            self._awaits_key = True
            return False
        return behind_s < SPARE_PICTURES_S or h264.is_reference(tag.picture)

    def await_key(self, *, is_first: bool = False) -> None:
        """Leave pictures out until the next key picture, as after a new connection.

        On a stream's first connection they are not counted: nobody has missed them.
        """
        self._awaits_key, self._is_first = True, is_first
