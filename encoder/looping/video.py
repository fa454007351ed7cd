"""A prepared video whose pictures stay in memory and get new times at each turn: no encoder runs for it."""

from dataclasses import dataclass

from encoder import flv, h264
from encoder.flv import FlvKind, FlvTag
from encoder.h264 import SequenceParameters
from encoder.mixer.sample_clock import picture_ms

LONGEST_GOP_S = 2


class UnsuitableVideo(Exception):
    """Raised for a prepared video that cannot be repeated without a fault."""


@dataclass(frozen=True, slots=True)
class LoopVideo:
    """The pictures of one turn. `frame_rate` is in pictures a second."""

    configuration: FlvTag
    pictures: tuple[FlvTag, ...]
    frame_rate: int
    parameters: SequenceParameters

    def picture(self, number: int) -> FlvTag:
        """Return picture `number` of the endless video, with its time."""
        return self.pictures[number % len(self.pictures)].at(picture_ms(number, self.frame_rate))


def read_loop(data: bytes, frame_rate: int) -> LoopVideo:
    """Read a prepared FLV file; raise `UnsuitableVideo` for one that cannot be repeated.

    It must begin with a key picture and have one at least every two seconds, at equal distances that divide
    its length, and no picture that is shown later than it is decoded (no B-frames).
    """
    tags = [tag for tag in flv.read_file(data) if tag.kind is FlvKind.VIDEO]
    configurations = [tag for tag in tags if tag.is_configuration]
    pictures = tuple(tag for tag in tags if not tag.is_configuration and tag.payload[1] == flv.DATA)
    if len(configurations) != 1 or not pictures:
        raise UnsuitableVideo("The video has no pictures, or more than one configuration.")
    _refuse_unsuitable(pictures, frame_rate)
    sequence_set, _picture_set = h264.parameter_sets(configurations[0].picture)
    return LoopVideo(configurations[0], pictures, frame_rate, h264.read_sequence_set(sequence_set))


def _refuse_unsuitable(pictures: tuple[FlvTag, ...], frame_rate: int) -> None:
    keys = [number for number, tag in enumerate(pictures) if tag.is_key]
    if not keys or keys[0]:
        raise UnsuitableVideo("The video does not begin with a key picture.")
    gop = keys[1] if len(keys) > 1 else len(pictures)
    if keys != list(range(0, len(pictures), gop)) or len(pictures) % gop:
        raise UnsuitableVideo("The video's length is no multiple of the distance of its key pictures.")
    if gop > LONGEST_GOP_S * frame_rate:
        raise UnsuitableVideo("The video's key pictures are more than two seconds apart.")
    if any(tag.payload[2:5] != b"\0\0\0" for tag in pictures):
        raise UnsuitableVideo("The video has pictures that are shown later than they are decoded.")
