import numpy as np
import pytest

from encoder import h264
from encoder.h264 import BitReader
from encoder.pictures.bits import BitWriter, escape, split_payload, unit


def test_numbers_are_read_as_they_were_written() -> None:
    values = [0, 1, 2, 3, 62, 63, 64, 3599, 65_535]
    writer = BitWriter()
    for value in values:
        writer.unsigned(value)
        writer.signed(value)
        writer.signed(-value)
        writer.put(value, 16)
    reader = BitReader(writer.payload())
    for value in values:
        found = reader.unsigned(), reader.signed(), reader.signed(), reader.take(16)
        assert found == (value, value, -value, value)


@pytest.mark.parametrize("width", range(1, 25))
def test_a_payload_gives_its_bits_back(width: int) -> None:
    writer = BitWriter()
    writer.put(1, width)
    assert split_payload(writer.payload()) == (1, width)


@pytest.mark.parametrize(
    ("payload", "escaped"),
    [
        (b"\0\0\0", b"\0\0\3\0"),
        (b"\0\0\1", b"\0\0\3\1"),
        (b"\0\0\3", b"\0\0\3\3"),
        (b"\0\0\4", b"\0\0\4"),
        (b"\0\0\0\0\0", b"\0\0\3\0\0\3\0"),
        (b"\1\0\0\4\0\0\2", b"\1\0\0\4\0\0\3\2"),
        (b"\0\0", b"\0\0\3"),
        (b"\0\1\0", b"\0\1\0"),
    ],
)
def test_no_start_code_is_in_a_unit(payload: bytes, escaped: bytes) -> None:
    assert escape(payload) == escaped
    assert h264.unescape(escaped).startswith(payload)


def test_any_payload_survives_its_escape() -> None:
    chance = np.random.default_rng(7)
    for _ in range(500):
        payload = chance.integers(0, 5, 40, dtype=np.uint8).tobytes() + b"\x80"
        escaped = escape(payload)
        assert not any(code in escaped for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))
        assert h264.unescape(escaped) == payload
        assert unit(0x65, payload)[1:] == escaped
