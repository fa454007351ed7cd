"""What a page has been sent and has confirmed, so that no more is on its way than it can take."""

from uuid import UUID

from overlay.reports import Reached
from overlay.wire import HEADER

MAX_UNCONFIRMED = 100  # audio frames: 20 s of voice, 1 MB at 24 kHz
ROOM_AGAIN = 50


class Backlog:
    """Follows one socket's audio. A page that confirms nothing (`confirms` is False) has no bound here.

    `behind` is True from where audio was withheld until it has been sent from what Redis keeps.
    """

    def __init__(self, reached: Reached | None) -> None:
        self.confirms = reached is not None
        self.behind = False
        self.reached = reached or Reached(None, -1)
        self._sent = 0
        self._got = 0

    @property
    def is_full(self) -> bool:
        return self.confirms and self._sent - self._got >= MAX_UNCONFIRMED

    @property
    def has_room(self) -> bool:
        return self._sent - self._got <= MAX_UNCONFIRMED - ROOM_AGAIN

    def confirm(self, frames: int) -> None:
        """Take the page's word for how many frames have arrived."""
        self._got = max(self._got, min(frames, self._sent))

    def note_begin(self, utterance: str) -> None:
        """Note that an utterance was announced."""
        if str(self.reached.utterance_id) != utterance:
            self.reached = Reached(UUID(utterance), -1)

    def admits(self, frame: bytes) -> bool:
        """Count a frame as sent; return False for one that the page has, or has to wait for."""
        _, utterance, sequence, *_ = HEADER.unpack_from(frame)
        utterance_id = UUID(bytes=utterance)
        if utterance_id == self.reached.utterance_id and sequence <= self.reached.sequence:
            return False
        if self.is_full:
            self.behind = True
            return False
        if utterance_id == self.reached.utterance_id:
            self.reached = Reached(utterance_id, sequence)
        self._sent += 1
        return True
