"""Reads and writes FLV: tags of audio, video and metadata, whose bodies are RTMP's messages too.

Source: "Adobe Flash Video File Format Specification", 10.1, annex E.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from encoder import h264
from encoder.rtmp import amf

HEADER = b"FLV\x01\x05\x00\x00\x00\x09" + bytes(
    4
)  # audio and video; then the size of the tag before the first
TAG_HEADER_BYTES = 11
AVC, AAC = 7, 0xAF  # an AAC tag always says 44 kHz, stereo, 16 bit; its configuration says what is so
KEY_PICTURE, OTHER_PICTURE = 1, 2
CONFIGURATION, DATA = 0, 1
MAX_TAG_BYTES = 8 * 2**20


class FlvKind(IntEnum):
    """What a tag carries; the numbers are RTMP's message types too."""

    AUDIO = 8
    VIDEO = 9
    METADATA = 18


class MalformedFlv(Exception):
    """Raised for bytes that are not FLV."""


@dataclass(frozen=True, slots=True)
class FlvTag:
    """One tag. `time_ms` is when it is decoded; it counts from any beginning and may be of any size."""

    kind: FlvKind
    time_ms: int
    payload: bytes

    @property
    def is_configuration(self) -> bool:
        """Whether it configures a decoder."""
        if self.kind is FlvKind.METADATA:
            return False
        return self.payload[1:2] == bytes((CONFIGURATION,)) and (
            self.kind is FlvKind.AUDIO or self.payload[0] & 0x0F == AVC
        )

    @property
    def is_key(self) -> bool:
        """Whether it is a picture at which a decoder can begin."""
        is_picture = self.kind is FlvKind.VIDEO and not self.is_configuration
        return is_picture and self.payload[0] >> 4 == KEY_PICTURE

    @property
    def picture(self) -> bytes:
        """The picture or the configuration of a video tag, each unit behind its length."""
        return self.payload[5:]

    def at(self, time_ms: int) -> "FlvTag":
        """Return the tag at another time."""
        return replace(self, time_ms=time_ms)


def video_configuration(config: bytes, time_ms: int = 0) -> FlvTag:
    """Return the tag with the video's `avcC` record."""
    return FlvTag(FlvKind.VIDEO, time_ms, bytes((KEY_PICTURE << 4 | AVC, CONFIGURATION, 0, 0, 0)) + config)


def video_picture(units: Iterable[bytes], time_ms: int, *, is_key: bool) -> FlvTag:
    """Return the tag of one picture that is shown when it is decoded."""
    kind = KEY_PICTURE if is_key else OTHER_PICTURE
    return FlvTag(FlvKind.VIDEO, time_ms, bytes((kind << 4 | AVC, DATA, 0, 0, 0)) + h264.join_picture(units))


def audio_configuration(config: bytes, time_ms: int = 0) -> FlvTag:
    """Return the tag with the audio's AudioSpecificConfig."""
    return FlvTag(FlvKind.AUDIO, time_ms, bytes((AAC, CONFIGURATION)) + config)


def audio_frame(frame: bytes, time_ms: int) -> FlvTag:
    """Return the tag of one AAC frame."""
    return FlvTag(FlvKind.AUDIO, time_ms, bytes((AAC, DATA)) + frame)


def metadata(values: Mapping[str, amf.AmfValue], time_ms: int = 0) -> FlvTag:
    """Return the tag that describes the stream: size, rates and codecs."""
    return FlvTag(FlvKind.METADATA, time_ms, amf.encode("onMetaData", amf.EcmaArray(values)))


def write_tag(tag: FlvTag) -> bytes:
    """Return a tag as a file holds it, with its size behind it; the time counts modulo 2^32."""
    time_ms = tag.time_ms % 2**32
    head = (
        bytes((tag.kind,))
        + len(tag.payload).to_bytes(3, "big")
        + (time_ms & 0xFFFFFF).to_bytes(3, "big")
        + bytes((time_ms >> 24, 0, 0, 0))
    )
    return head + tag.payload + struct.pack(">I", TAG_HEADER_BYTES + len(tag.payload))


def read_file(data: bytes) -> list[FlvTag]:
    """Return all whole tags of a file; a cut last tag is left out."""
    return list(FlvReader().feed(data))


class FlvReader:
    """Takes an FLV file as it is written, and returns the tags that are complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._has_header = False

    def feed(self, data: bytes) -> Iterator[FlvTag]:
        """Yield the tags that are complete now; raise `MalformedFlv` for anything else."""
        self._buffer += data
        if not self._has_header and not self._skip_header():
            return
        at = 0
        while (tag := self._tag(at)) is not None:
            at += TAG_HEADER_BYTES + len(tag.payload) + 4
            yield tag
        del self._buffer[:at]

    def _skip_header(self) -> bool:
        if len(self._buffer) < len(HEADER):
            return False
        size = int.from_bytes(self._buffer[5:9], "big") + 4
        if self._buffer[:3] != b"FLV" or size != len(HEADER):
            raise MalformedFlv("This is not an FLV file.")
        del self._buffer[:size]
        self._has_header = True
        return True

    def _tag(self, at: int) -> FlvTag | None:
        head = self._buffer[at : at + TAG_HEADER_BYTES]
        if len(head) < TAG_HEADER_BYTES:
            return None
        size = int.from_bytes(head[1:4], "big")
        if size > MAX_TAG_BYTES:
            raise MalformedFlv("A tag is too long.")
        end = at + TAG_HEADER_BYTES + size
        if len(self._buffer) < end + 4:
            return None
        try:
            kind = FlvKind(head[0] & 0x1F)
        except ValueError:
            raise MalformedFlv("A tag is of an unknown kind.") from None
        time_ms = int.from_bytes(head[4:7], "big") | head[7] << 24
        return FlvTag(kind, time_ms, bytes(self._buffer[at + TAG_HEADER_BYTES : end]))
