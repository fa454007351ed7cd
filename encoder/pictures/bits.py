"""Writes H.264: numbers of any width, Exp-Golomb codes, and units that hold no start code.

Source: ITU-T H.264 (08/2021), sections 7.3.2.11, 7.4.1.1 and 9.1.
"""

STOP_BIT = 1


class BitWriter:
    """Collects bits, the highest first."""

    def __init__(self) -> None:
        self._value = 0
        self._count = 0

    def put(self, value: int, width: int) -> None:
        """Append `value` as `width` bits."""
        self._value = self._value << width | value
        self._count += width

    def unsigned(self, value: int) -> None:
        """Append an Exp-Golomb code, `ue(v)`."""
        code = value + 1
        self.put(code, 2 * code.bit_length() - 1)

    def signed(self, value: int) -> None:
        """Append a signed Exp-Golomb code, `se(v)`."""
        self.unsigned(2 * value - 1 if value > 0 else -2 * value)

    def payload(self) -> bytes:
        """Return the bits with the stop bit and zeros up to a whole byte."""
        zeros = -(self._count + 1) % 8
        value = (self._value << 1 | STOP_BIT) << zeros
        return value.to_bytes((self._count + 1 + zeros) // 8, "big")


def unit(head: int, payload: bytes) -> bytes:
    """Return a unit: its header byte, and its payload with the bytes that keep start codes out of it."""
    return bytes((head,)) + escape(payload)


def escape(payload: bytes) -> bytes:
    """Return a payload in which no two zeros are followed by 0, 1, 2 or 3."""
    at = payload.find(b"\0\0")
    if at < 0:
        return payload
    pieces, begin = [], 0
    while at >= 0:
        following = payload[at + 2] if at + 2 < len(payload) else 0
        if following > 3:
            at = payload.find(b"\0\0", at + 1)
            continue
        pieces += [payload[begin : at + 2], b"\3"]
        begin = at + 2
        at = payload.find(b"\0\0", begin)
    return b"".join((*pieces, payload[begin:]))


def split_payload(data: bytes) -> tuple[int, int]:
    """Return the bits before the stop bit as a number, and how many they are."""
    value = int.from_bytes(data, "big")
    zeros = (value & -value).bit_length()
    return value >> zeros, 8 * len(data) - zeros
