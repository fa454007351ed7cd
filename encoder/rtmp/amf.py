"""Writes and reads AMF0, the format of RTMP's commands and of the metadata in FLV.

Source: "Action Message Format -- AMF 0", Adobe, 2006. What no RTMP server sends (references, XML, typed
objects) is refused.
"""

import struct
from collections.abc import Mapping, Sequence

from encoder.rtmp.errors import MalformedRtmp

NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, ECMA_ARRAY, OBJECT_END, STRICT_ARRAY, DATE, LONG_STRING = (
    0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12,
)  # fmt: skip
MAX_DEPTH = 16

AmfValue = None | bool | int | float | str | Mapping[str, "AmfValue"] | Sequence["AmfValue"]


class EcmaArray(dict[str, AmfValue]):
    """An object that is written as an associative array, as FLV's metadata must be."""


def encode(*values: AmfValue) -> bytes:
    """Return the values one after the other."""
    return b"".join(map(_encode, values))


def _encode(value: AmfValue) -> bytes:
    match value:
        case None:
            return bytes((NULL,))
        case bool():
            return bytes((BOOLEAN, value))
        case int() | float():
            return struct.pack(">Bd", NUMBER, value)
        case str():
            data = value.encode()
            if len(data) > 0xFFFF:
                return struct.pack(">BI", LONG_STRING, len(data)) + data
            return struct.pack(">BH", STRING, len(data)) + data
        case EcmaArray():
            return struct.pack(">BI", ECMA_ARRAY, len(value)) + _encode_members(value)
        case Mapping():
            return bytes((OBJECT,)) + _encode_members(value)
        case Sequence():
            return struct.pack(">BI", STRICT_ARRAY, len(value)) + encode(*value)


def _encode_members(members: Mapping[str, AmfValue]) -> bytes:
    parts = []
    for name, value in members.items():
        data = name.encode()
        parts += [struct.pack(">H", len(data)), data, _encode(value)]
    return b"".join([*parts, b"\x00\x00", bytes((OBJECT_END,))])


def decode(data: bytes) -> list[AmfValue]:
    """Return all values of a message; raise `MalformedRtmp` for anything else."""
    reader = _Reader(data)
    values = []
    try:
        while reader.offset < len(data):
            values.append(reader.value(0))
    except (struct.error, UnicodeDecodeError):
        raise MalformedRtmp("The AMF0 data is cut or malformed.") from None
    return values


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0

    def value(self, depth: int) -> AmfValue:
        if depth > MAX_DEPTH:
            raise MalformedRtmp("The AMF0 data is nested too deeply.")
        match kind := self._take(">B"):
            case 0:
                return float(self._take(">d"))
            case 1:
                return bool(self._take(">B"))
            case 2:
                return self._text(self._take(">H"))
            case 3:
                return self._members(depth)
            case 5 | 6:
                return None
            case 8:
                self._take(">I")  # the number of members is a hint; the end marker decides
                return EcmaArray(self._members(depth))
            case 10:
                return self._items(self._take(">I"), depth)
            case 11:
                moment = float(self._take(">d"))
                self._take(">h")
                return moment
            case 12:
                return self._text(self._take(">I"))
        raise MalformedRtmp(f"AMF0 marker {kind} is not supported.")

    def _members(self, depth: int) -> dict[str, AmfValue]:
        members: dict[str, AmfValue] = {}
        while True:
            name = self._text(self._take(">H"))
            if not name and self._data[self.offset : self.offset + 1] == bytes((OBJECT_END,)):
                self.offset += 1
                return members
            members[name] = self.value(depth + 1)

    def _items(self, count: int, depth: int) -> list[AmfValue]:
        if count > len(self._data):
            raise MalformedRtmp("An AMF0 array is longer than its message.")
        return [self.value(depth + 1) for _ in range(count)]

    def _text(self, size: int) -> str:
        piece = self._data[self.offset : self.offset + size]
        if len(piece) < size:
            raise MalformedRtmp("An AMF0 text is cut.")
        self.offset += size
        return piece.decode()

    def _take(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self.offset)
        self.offset += struct.calcsize(form)
        number: int = value
        return number
