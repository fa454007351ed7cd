"""The port of a stream's picture: whatever gives coded H.264 pictures with their times."""

from typing import Protocol

from encoder.flv import FlvTag
from encoder.h264 import SequenceParameters


class PictureSource(Protocol):
    """Gives the coded pictures of a stream, one by one and without waiting.

    - Picture 0 is a key picture, and no key picture is more than two seconds after the one before.
    - No picture is shown later than it is decoded (no B-frames).
    - `configuration` is the tag with the decoder's `avcC` record; it never changes.
    """

    @property
    def configuration(self) -> FlvTag:
        """The decoder's configuration."""

    @property
    def parameters(self) -> SequenceParameters:
        """The size and profile of the picture."""

    @property
    def frame_rate(self) -> int:
        """Pictures a second."""

    def picture(self, number: int) -> FlvTag | None:
        """Return picture `number`, counted from 0, at the time `number / frame_rate`.

        None: it is left out, because an encoder is late.
        Numbers are asked for in order, each once, when the sound of that time is encoded.
        """
