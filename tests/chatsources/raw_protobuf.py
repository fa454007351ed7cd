"""Reads protobuf by hand, so that the decoder is checked against something else than itself."""

import json
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

SAMPLE = Path(__file__).parents[1] / "data" / "tiktok" / "webcast_sample.jsonl"


class RawMessage:
    """The fields of one message by number, as they stand on the wire."""

    def __init__(self, data: bytes) -> None:
        self._fields: defaultdict[int, list[int | bytes]] = defaultdict(list)
        for number, value in _fields(data):
            self._fields[number].append(value)

    def number(self, field: int) -> int:
        return cast("int", (self._fields.get(field) or [0])[-1])

    def text(self, field: int) -> str:
        return cast("bytes", (self._fields.get(field) or [b""])[-1]).decode()

    def message(self, field: int) -> "RawMessage":
        return RawMessage(cast("bytes", (self._fields.get(field) or [b""])[-1]))


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        length, at = _varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


@dataclass(frozen=True)
class Captured:
    """One line of the sample."""

    method: str
    msg_id: str
    create_time: int
    at: datetime
    payload: bytes

    @property
    def raw(self) -> RawMessage:
        return RawMessage(self.payload)


def captured() -> list[Captured]:
    """Return the sample, in the order in which it happened."""
    with SAMPLE.open(encoding="utf-8") as file:
        return [_captured(json.loads(line)) for line in file]


def _captured(entry: dict[str, str]) -> Captured:
    at = datetime.fromisoformat(entry["ts"])
    return Captured(
        method=entry["method"],
        msg_id=entry["msg_id"],
        create_time=int(entry["create_time"]),
        at=at.replace(tzinfo=UTC),
        payload=b64decode(entry["payload"]),
    )
