"""Fills a stream up to a lowest bit rate: some servers take unchanged pictures for a broken stream."""

from encoder import h264

HEAD = bytes((h264.FILLER,))
END = b"\x80"  # the stop bit


class Filler:
    """Says what to add to each picture so that every second has at least `kbit_s`; 0 adds nothing."""

    def __init__(self, kbit_s: int, frame_rate: int) -> None:
        self._a_picture = kbit_s * 125 // frame_rate
        self._ahead = 0  # bytes that were sent beyond the floor
        self._most_ahead = kbit_s * 125  # one second: a large picture does not spare more

    def unit_after(self, size: int) -> bytes:
        """Return the unit to add to a picture of `size` bytes; empty when there is enough."""
        if not self._a_picture:
            return b""
        self._ahead = min(self._ahead + size - self._a_picture, self._most_ahead)
        if self._ahead >= 0:
            return b""
        # At least the header and the end, which are two bytes.
        count = max(0, -self._ahead - len(HEAD) - len(END))
        self._ahead = 0
        return HEAD + b"\xff" * count + END
