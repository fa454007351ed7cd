"""Recorded messages on the push socket: a JSONL capture goes in, frames with its real payloads come out."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path

from chatsources import webcast_pb2 as pb
from chatsources.webcast import BUILDERS
from tests.fakes.webcast.messages import ENDED, SUSPENDED, next_id
from tests.fakes.webcast.room import Send, Stage, Step


class PlayCapture(Step):
    """Push a capture's messages in batches, `rounds` times (None: until the socket closes).

    The end of a recorded live is left out. From the second round on, every message has a fresh id.
    """

    def __init__(
        self, path: Path, *, batch_size: int = 10, every_s: float = 0.0, rounds: int | None = 1
    ) -> None:
        self._path = path
        self._batch_size = batch_size
        self._every_s = every_s
        self._rounds = rounds

    async def play(self, stage: Stage) -> None:
        messages = read_capture(self._path)
        for number in islice(count(), self._rounds):
            for first in range(0, len(messages), self._batch_size):
                batch = messages[first : first + self._batch_size]
                await Send(*[renew(message) if number else message for message in batch]).play(stage)
                await asyncio.sleep(self._every_s)


@cache
def read_capture(path: Path) -> tuple[pb.Envelope, ...]:
    """Return the messages of a capture in the order of its lines."""
    return tuple(message for message in _lines(path) if not _ends_live(message))


def _lines(path: Path) -> Iterator[pb.Envelope]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            yield pb.Envelope(
                method=entry["method"],
                payload=b64decode(entry["payload"]),
                msg_id=int(entry["msg_id"]),
            )


def _ends_live(message: pb.Envelope) -> bool:
    if message.method != "WebcastControlMessage":
        return False
    return pb.WebcastControlMessage.FromString(message.payload).action in (ENDED, SUSPENDED)


def renew(message: pb.Envelope) -> pb.Envelope:
    """Return the same message under a fresh id, with all its fields, the unknown ones too."""
    number = next_id()
    renewed = pb.Envelope(method=message.method, payload=message.payload, msg_id=number)
    if message.method in BUILDERS:
        body = BUILDERS[message.method][0].FromString(message.payload)
        body.common.msg_id = number  # type: ignore[attr-defined]
        renewed.payload = body.SerializeToString()
    return renewed
