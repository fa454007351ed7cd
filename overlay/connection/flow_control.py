"""Limits the audio that was sent to a page and not yet confirmed by it."""

from uuid import UUID

from overlay.connection.reports import ReplayPosition
from overlay.connection.wire import HEADER

MAX_UNCONFIRMED = 100  # audio frames: 20 s of voice, 1 MB at 24 kHz
ROOM_AGAIN = 50


class FlowControl:
    """Tracks one socket's audio frames. There is no limit if `confirms` is False.

    `throttled` is True from the first withheld frame until the page has been sent the withheld part from
    Redis.
    """

    def __init__(self, position: ReplayPosition | None) -> None:
        self.confirms = position is not None
        self.throttled = False
        self.position = position or ReplayPosition(None, -1)
        self._sent = 0
        self._got = 0

    @property
    def is_full(self) -> bool:
        return self.confirms and self._sent - self._got >= MAX_UNCONFIRMED

    @property
    def has_room(self) -> bool:
        return self._sent - self._got <= MAX_UNCONFIRMED - ROOM_AGAIN

    def confirm(self, frames: int) -> None:
        """Record the page's count of received frames."""
        self._got = max(self._got, min(frames, self._sent))

    def note_begin(self, utterance: str) -> None:
        """Record that an utterance was announced."""
        if str(self.position.utterance_id) != utterance:
            self.position = ReplayPosition(UUID(utterance), -1)

    def admits(self, frame: bytes) -> bool:
        """Count a frame as sent; return False if the page has it already or must wait for it."""
        _, utterance, sequence, *_ = HEADER.unpack_from(frame)
        utterance_id = UUID(bytes=utterance)
        if utterance_id == self.position.utterance_id and sequence <= self.position.sequence:
            return False
        if self.is_full:
            self.throttled = True
            return False
        if utterance_id == self.position.utterance_id:
            self.position = ReplayPosition(utterance_id, sequence)
        self._sent += 1
        return True
