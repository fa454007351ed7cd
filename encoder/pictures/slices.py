"""Writes the slices of which spliced pictures consist: unchanged rows, and rows that were encoded alone.

A picture is divided into stripes of whole macroblock rows, and each stripe is a slice of its own. A slice
refers to no other slice of its picture, so one that was encoded as a picture of its own decodes to the same
pixels at any height: only its header says where it lies. This holds without deblocking across slices, without
arithmetic coding (whose state is aligned to bytes) and without prediction from other pictures.

Source: ITU-T H.264 (08/2021), sections 7.3.3 (header), 7.3.4 (data), 8.3.1 (what intra prediction may use).
"""

from dataclasses import dataclass

from encoder import h264
from encoder.h264 import BitReader, MalformedVideo
from encoder.pictures import bits
from encoder.pictures.bits import BitWriter
from encoder.pictures.format import MACROBLOCK

FRAME_NUMBER_BITS = 4
P_SLICE, I_SLICE = 0, 2
KINDS = 5  # types from 5 on say that all slices of the picture are of this type
NO_DEBLOCKING = 1
# Both are references of the highest priority: the next picture needs them.
SLICE_HEAD, IDR_HEAD = 0x60 | h264.SLICE, 0x60 | h264.IDR_SLICE
SEQUENCE_HEAD = 0x60 | h264.SEQUENCE_SET
BASELINE = 66
CONSTRAINED_BASELINE = 0xC0  # also decodable as Main
# Table A-1: level, macroblocks a second, macroblocks a picture.
LEVELS = ((30, 40_500, 1_620), (31, 108_000, 3_600), (40, 245_760, 8_192), (42, 522_240, 8_704))
BT709 = 1
UNSPECIFIED_FORMAT = 5


@dataclass(frozen=True, slots=True)
class SequenceFormat:
    """What of a sequence parameter set the header of a slice depends on."""

    frame_number_bits: int
    order_kind: int
    order_bits: int


@dataclass(frozen=True, slots=True)
class IntraSlice:
    """Encoded macroblocks without a header. `data` holds `size` bits, the highest first."""

    data: int
    size: int
    qp_delta: int


def read_format(sequence_set: bytes) -> SequenceFormat:
    """Return what the slices of a sequence look like; raise `MalformedVideo` for a profile with more."""
    if h264.unit_kind(sequence_set) != h264.SEQUENCE_SET or sequence_set[1] != BASELINE:
        raise MalformedVideo("This is no parameter set of the baseline profile.")
    reader = BitReader(h264.unescape(sequence_set[4:]))
    reader.unsigned()
    frame_number_bits = reader.unsigned() + 4
    order_kind = reader.unsigned()
    if order_kind == 1:
        raise MalformedVideo("The order of the pictures is of a kind that nothing here writes.")
    return SequenceFormat(frame_number_bits, order_kind, reader.unsigned() + 4 if order_kind == 0 else 0)


def read_intra_slice(unit: bytes, form: SequenceFormat) -> IntraSlice:
    """Return what a slice of a key picture holds; raise `MalformedVideo` if it cannot lie elsewhere."""
    if h264.unit_kind(unit) != h264.IDR_SLICE:
        raise MalformedVideo("This is no slice of a key picture.")
    payload = h264.unescape(unit[1:])
    reader = BitReader(payload)
    first, kind, _picture_set = reader.unsigned(), reader.unsigned() % KINDS, reader.unsigned()
    reader.take(form.frame_number_bits)
    reader.unsigned()
    if form.order_kind == 0:
        reader.take(form.order_bits)
    reader.take(2)
    qp_delta = reader.signed()
    if first or kind != I_SLICE or reader.unsigned() != NO_DEBLOCKING:
        raise MalformedVideo("A slice depends on its place or on its neighbours.")
    _value, total = bits.split_payload(payload)
    size = total - (8 * len(payload) - reader.left)
    return IntraSlice(_value & ((1 << size) - 1), size, qp_delta)


def intra_slice(found: IntraSlice, first: int, frame_number: int) -> bytes:
    """Return the unit of an encoded slice that begins at macroblock `first` of a dependent picture."""
    writer = _header(first, I_SLICE, frame_number)
    writer.put(0, 1)  # no adaptive marking
    return _with_data(SLICE_HEAD, writer, found)


def key_slice(found: IntraSlice, first: int, picture_id: int) -> bytes:
    """Return the unit of an encoded slice of a key picture; `picture_id` is not that of the last one."""
    writer = _header(first, I_SLICE + KINDS, 0)
    writer.unsigned(picture_id)
    writer.put(0, 2)  # what was shown before is shown; nothing is kept for long
    return _with_data(IDR_HEAD, writer, found)


def skip_slice(first: int, count: int, frame_number: int) -> bytes:
    """Return the unit that repeats `count` macroblocks of the last picture."""
    writer = _header(first, P_SLICE, frame_number)
    writer.put(0, 3)  # one reference as everywhere, in its order; no adaptive marking
    writer.signed(0)
    writer.unsigned(NO_DEBLOCKING)
    writer.unsigned(count)
    return bits.unit(SLICE_HEAD, writer.payload())


def _header(first: int, kind: int, frame_number: int) -> BitWriter:
    writer = BitWriter()
    writer.unsigned(first)
    writer.unsigned(kind)
    writer.unsigned(0)
    writer.put(frame_number % (1 << FRAME_NUMBER_BITS), FRAME_NUMBER_BITS)
    return writer


def _with_data(head: int, writer: BitWriter, found: IntraSlice) -> bytes:
    writer.signed(found.qp_delta)
    writer.unsigned(NO_DEBLOCKING)
    writer.put(found.data, found.size)
    return bits.unit(head, writer.payload())


def sequence_set(width: int, height: int, frame_rate: int) -> bytes:
    """Return the parameter set of spliced pictures: one reference, shown in the order of decoding, BT.709."""
    columns, rows = -(-width // MACROBLOCK), -(-height // MACROBLOCK)
    head = bytes((BASELINE, CONSTRAINED_BASELINE, _level(columns * rows, frame_rate)))
    writer = BitWriter()
    writer.unsigned(0)
    writer.unsigned(FRAME_NUMBER_BITS - 4)
    writer.unsigned(2)  # the order of decoding
    writer.unsigned(1)  # one reference
    writer.put(0, 1)  # without gaps
    writer.unsigned(columns - 1)
    writer.unsigned(rows - 1)
    writer.put(0b11, 2)  # whole frames; direct prediction is not used
    _write_crop(writer, columns * MACROBLOCK - width, rows * MACROBLOCK - height)
    _write_usability(writer, frame_rate)
    return bits.unit(SEQUENCE_HEAD, head + writer.payload())


def _level(macroblocks: int, frame_rate: int) -> int:
    for level, a_second, a_picture in LEVELS:
        if macroblocks * frame_rate <= a_second and macroblocks <= a_picture:
            return level
    raise MalformedVideo("The picture is too large for this frame rate.")


def _write_crop(writer: BitWriter, right: int, bottom: int) -> None:
    writer.put(1 if right or bottom else 0, 1)
    if right or bottom:
        for side in (0, right // 2, 0, bottom // 2):
            writer.unsigned(side)


def _write_usability(writer: BitWriter, frame_rate: int) -> None:
    """Write how the pictures are shown (annex E): colours, rate, and that none waits for a later one."""
    writer.put(1, 1)
    writer.put(0, 2)  # no aspect ratio, no overscan
    writer.put(1, 1)
    writer.put(UNSPECIFIED_FORMAT, 3)
    writer.put(0b01, 2)  # 16 to 235; colours are described
    for _ in range(3):
        writer.put(BT709, 8)
    writer.put(0, 1)  # where colours lie between the pixels
    writer.put(1, 1)
    writer.put(1, 32)
    writer.put(2 * frame_rate, 32)
    writer.put(1, 1)
    writer.put(0, 3)  # no buffer models, no timing of pictures
    writer.put(1, 1)
    writer.put(1, 1)  # motion may lead out of the picture
    for value in (0, 0, 16, 16, 0, 1):  # no limits of size and motion; none is reordered, one is held
        writer.unsigned(value)
