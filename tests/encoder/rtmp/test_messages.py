import struct

import pytest

from encoder.rtmp import amf
from encoder.rtmp.chunks import ChunkReader, ChunkWriter, MessageKind, RtmpMessage
from encoder.rtmp.errors import MalformedRtmp


@pytest.mark.parametrize(
    "value",
    [None, True, 1.5, "città", "x" * 70_000, {"a": {"b": [1.0, None]}}, amf.EcmaArray({"width": 720.0})],
)
def test_a_value_survives_amf0(value: amf.AmfValue) -> None:
    assert amf.decode(amf.encode(value)) == [value]


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01", b"\x02\x00\x05abc", b"\x07\x00\x00", b"\x0a\xff\xff\xff\xff", b"\x03\x00\x01a" * 40],
    ids=["cut number", "cut text", "reference", "endless array", "too deep"],
)
def test_malformed_amf0_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedRtmp):
        amf.decode(data)


@pytest.mark.parametrize("size", [0, 1, 128, 129, 5000])
@pytest.mark.parametrize("timestamp_ms", [0, 16_770_000, 2**24 - 1, 2**24, 2**31, 2**32 - 1])
def test_a_message_is_read_as_it_was_written(size: int, timestamp_ms: int) -> None:
    message = RtmpMessage(MessageKind.VIDEO, bytes(range(256)) * 20, timestamp_ms, 1)
    message = RtmpMessage(message.kind, message.payload[:size], timestamp_ms, 1)
    assert ChunkReader().feed(ChunkWriter().write(message, 6)) == [message]


def test_a_message_that_arrives_byte_by_byte_is_read_once() -> None:
    message = RtmpMessage(MessageKind.VIDEO, bytes(300), 2**24 + 5, 1)
    reader = ChunkReader()
    data = ChunkWriter().write(message, 6)
    assert [found for at in range(len(data)) for found in reader.feed(data[at : at + 1])] == [message]


def test_after_4_hours_39_minutes_every_chunk_has_the_extended_timestamp() -> None:
    data = ChunkWriter().write(RtmpMessage(MessageKind.VIDEO, bytes(300), 2**24, 1), 6)
    assert data[1:4] == b"\xff\xff\xff"
    assert data.count(b"\xc6" + struct.pack(">I", 2**24)) == 2


def test_the_clock_wraps_after_49_days() -> None:
    data = ChunkWriter().write(RtmpMessage(MessageKind.AUDIO, b"x", 2**32 + 7), 4)
    assert ChunkReader().feed(data)[0].timestamp_ms == 7


def test_headers_that_leave_parts_out_are_read() -> None:
    whole = ChunkWriter().write(RtmpMessage(MessageKind.AUDIO, b"ab", 1000, 1), 5)
    delta = b"\x45" + (20).to_bytes(3, "big") + (2).to_bytes(3, "big") + bytes((9,)) + b"cd"
    only_delta = b"\x85" + (30).to_bytes(3, "big") + b"ef"
    nothing = b"\xc5gh"
    found = ChunkReader().feed(whole + delta + only_delta + nothing)
    assert [(each.kind, each.timestamp_ms, each.payload) for each in found] == [
        (8, 1000, b"ab"),
        (9, 1020, b"cd"),
        (9, 1050, b"ef"),
        (9, 1080, b"gh"),
    ]


def test_a_new_chunk_size_counts_from_the_next_chunk_on() -> None:
    size = ChunkWriter().write(RtmpMessage(MessageKind.SET_CHUNK_SIZE, struct.pack(">I", 4096)), 2)
    long = ChunkWriter(4096).write(RtmpMessage(MessageKind.DATA, bytes(4000)), 3)
    assert ChunkReader().feed(size + long)[-1].payload == bytes(4000)


@pytest.mark.parametrize(
    "data",
    [
        b"\xc5abc",
        bytes((3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0, 0)),
        ChunkWriter().write(RtmpMessage(MessageKind.SET_CHUNK_SIZE, bytes(4)), 2),
    ],
    ids=["no header before", "too long", "chunk size 0"],
)
def test_what_is_not_rtmp_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedRtmp):
        ChunkReader().feed(data)
