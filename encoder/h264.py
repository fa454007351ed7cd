"""Reads H.264: parameter sets, and the units of a picture.

Source: ITU-T H.264 (08/2021), sections 7.3 and 7.4; `avcC` is ISO/IEC 14496-15, section 5.3.3.1. Pictures are
in the form of FLV and MP4: each unit behind its length in four bytes.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LENGTH_BYTES = 4
SLICE, IDR_SLICE, SEI, SEQUENCE_SET, PICTURE_SET, DELIMITER, FILLER = 1, 5, 6, 7, 8, 9, 12
# The profiles whose parameter set describes the colours further.
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
PROFILE_NAMES = {66: "Baseline", 77: "Main", 100: "High"}
MAX_CYCLE = 255
MAX_MACROBLOCKS = 1024  # 16,384 pixels in one direction


class MalformedVideo(Exception):
    """Raised for bytes that are not the H.264 that they should be."""


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What a decoder knows of the video before its first picture. Sizes are in pixels, after the crop."""

    profile: int
    constraints: int
    level: int
    width: int
    height: int

    @property
    def profile_name(self) -> str:
        return PROFILE_NAMES.get(self.profile, str(self.profile))


def split_annex_b(data: bytes) -> list[bytes]:
    """Return the units of a byte stream, without start codes and the zeros that follow a unit."""
    units, at = [], data.find(b"\0\0\1")
    while at >= 0:
        end = data.find(b"\0\0\1", at + 3)
        unit = data[at + 3 : end if end >= 0 else len(data)].rstrip(b"\0")
        if unit:
            units.append(unit)
        at = end
    return units


def split_picture(data: bytes) -> Iterator[bytes]:
    """Yield the units of a picture; raise `MalformedVideo` when a length leads beyond its end."""
    at = 0
    while at < len(data):
        if at + LENGTH_BYTES > len(data):
            raise MalformedVideo("A picture is cut.")
        end = at + LENGTH_BYTES + int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        if end > len(data):
            raise MalformedVideo("A picture is cut.")
        yield data[at + LENGTH_BYTES : end]
        at = end


def join_picture(units: Iterable[bytes]) -> bytes:
    """Return units as one picture."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def unit_kind(unit: bytes) -> int:
    """Return the type of a unit."""
    return unit[0] & 0x1F if unit else 0


def is_reference(picture: bytes) -> bool:
    """Return whether other pictures may refer to this one: then it cannot be left out alone."""
    return any(unit[0] & 0x60 for unit in split_picture(picture) if unit_kind(unit) in (SLICE, IDR_SLICE))


def avc_config(sequence_set: bytes, picture_set: bytes) -> bytes:
    """Return the `avcC` record of one sequence and one picture parameter set."""
    return b"".join(
        (
            bytes((1, *sequence_set[1:4], 0xFC | (LENGTH_BYTES - 1), 0xE1)),
            struct.pack(">H", len(sequence_set)) + sequence_set,
            bytes((1,)),
            struct.pack(">H", len(picture_set)) + picture_set,
        )
    )


def parameter_sets(config: bytes) -> tuple[bytes, bytes]:
    """Return the first sequence and picture parameter set of an `avcC` record."""
    try:
        size = int.from_bytes(config[6:8], "big")
        after = 8 + size
        picture_size = int.from_bytes(config[after + 1 : after + 3], "big")
        found = config[8:after], config[after + 3 : after + 3 + picture_size]
        if config[0] != 1 or not config[5] & 0x1F or not config[after]:
            raise MalformedVideo("The video's configuration has no parameter sets.")
    except IndexError:
        raise MalformedVideo("The video's configuration is cut.") from None
    if not all(found) or len(found[1]) < picture_size:
        raise MalformedVideo("The video's configuration is cut.")
    return found


def read_sequence_set(unit: bytes) -> SequenceParameters:
    """Return what a sequence parameter set says; raise `MalformedVideo` for anything else."""
    if unit_kind(unit) != SEQUENCE_SET or len(unit) < 4:
        raise MalformedVideo("This is no sequence parameter set.")
    profile, constraints, level = unit[1:4]
    bits = BitReader(unescape(unit[4:]))
    bits.unsigned()
    chroma = _read_colours(bits) if profile in _HIGH_PROFILES else 1
    bits.unsigned()
    _read_picture_order(bits)
    bits.unsigned()
    bits.take(1)
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    if columns > MAX_MACROBLOCKS or rows > MAX_MACROBLOCKS:
        raise MalformedVideo("The video is impossibly large.")
    fields = 2 - bits.take(1)
    if fields == 2:
        bits.take(1)
    bits.take(1)
    left = right = top = bottom = 0
    if bits.take(1):
        left, right, top, bottom = (bits.unsigned() for _ in range(4))
    unit_x, unit_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * fields
    width = columns * 16 - unit_x * (left + right)
    height = rows * 16 * fields - unit_y * (top + bottom)
    if width <= 0 or height <= 0:
        raise MalformedVideo("The video's crop leaves nothing.")
    return SequenceParameters(profile, constraints, level, width, height)


def _read_colours(bits: "BitReader") -> int:
    """Read what High profiles add, and return how colours are sampled (1 is 4:2:0)."""
    chroma = bits.unsigned()
    if chroma == 3:
        bits.take(1)
    bits.unsigned()
    bits.unsigned()
    bits.take(1)
    if bits.take(1):
        for index in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(bits: "BitReader", size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _read_picture_order(bits: "BitReader") -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        count = bits.unsigned()
        if count > MAX_CYCLE:
            raise MalformedVideo("The order of the pictures is impossible.")
        for _ in range(count):
            bits.signed()


def unescape(data: bytes) -> bytes:
    """Return a unit's payload without the bytes that keep start codes out of it."""
    return data.replace(b"\0\0\3", b"\0\0")


class BitReader:
    """Reads numbers of any width, and Exp-Golomb codes, from the highest bit on."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    @property
    def left(self) -> int:
        """How many bits follow."""
        return self._left

    def take(self, width: int) -> int:
        """Return the next `width` bits as a number."""
        if width > self._left:
            raise MalformedVideo("A parameter set is cut.")
        self._left -= width
        return (self._value >> self._left) & ((1 << width) - 1)

    def unsigned(self) -> int:
        """Return the next Exp-Golomb code, `ue(v)`."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise MalformedVideo("A number in a parameter set is too long.")
        return (1 << zeros) - 1 + (self.take(zeros) if zeros else 0)

    def signed(self) -> int:
        """Return the next signed Exp-Golomb code, `se(v)`."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
