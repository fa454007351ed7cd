"""A flood: a capture's messages, each under a fresh id, as fast as the client takes them; for the bench.

    python -m tests.fakes.webcast.flood CAPTURE LIVES MESSAGES

plays TikTok in a process of its own, so that it takes nothing from the one that is measured. It prints its
addresses, then serves lives called flood.0, flood.1 and so on until its input is closed. Each sends its share
of the messages and ends.
"""

import asyncio
import gzip
import re
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from chatsources import webcast_pb2 as pb
from tests.fakes.webcast.capture import read_capture, renew
from tests.fakes.webcast.messages import ENDED, control, next_id
from tests.fakes.webcast.room import Send, Stage, Step
from tests.fakes.webcast.server import FakeWebcast

BATCH_SIZE = 10
COMPRESSION = 1  # the server's share of the machine is not what is measured


class FrameMould:
    """A batch of messages, encoded once; only the ids are filled in anew, which all take the same room."""

    def __init__(self, messages: list[pb.Envelope]) -> None:
        renewed = [renew(message) for message in messages]
        batch = pb.FetchResult(messages=renewed, cursor="next", need_ack=True, internal_ext="ext")
        self._numbers = {varint(message.msg_id): place for place, message in enumerate(renewed)}
        pattern = b"|".join(map(re.escape, self._numbers))
        self._parts = re.split(b"(" + pattern + b")", batch.SerializeToString())
        self.size = len(messages)

    def cast(self) -> bytes:
        """Return the frame with fresh ids."""
        fresh = [varint(next_id()) for _ in range(self.size)]
        parts = list(self._parts)
        parts[1::2] = [fresh[self._numbers[old]] for old in parts[1::2]]
        payload = gzip.compress(b"".join(parts), COMPRESSION)
        frame = pb.PushFrame(log_id=7, payload_type="msg", payload_encoding="pb", payload=payload)
        frame.headers["compress_type"] = "gzip"
        return frame.SerializeToString()


class Flood(Step):
    """Push `messages` messages of a capture, over and over, then end the live."""

    def __init__(self, capture: Path, messages: int) -> None:
        recorded = list(read_capture(capture))
        self._recorded = recorded
        self._moulds = [
            FrameMould(recorded[first : first + BATCH_SIZE]) for first in range(0, len(recorded), BATCH_SIZE)
        ]
        self._messages = messages

    async def play(self, stage: Stage) -> None:
        for mould in self._chosen():
            await stage.socket.send(mould.cast())
        await Send(control(ENDED)).play(stage)

    def _chosen(self) -> Iterator[FrameMould]:
        left = self._messages - 1  # the end is a message too
        for mould in cycle(self._moulds):
            if left < mould.size:
                break
            left -= mould.size
            yield mould
        if left:
            yield FrameMould(self._recorded[:left])


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


async def serve(capture: Path, lives: int, messages: int) -> None:
    async with FakeWebcast() as tiktok:
        for number in range(lives):
            share = messages // lives + (number < messages % lives)
            tiktok.open_room(f"flood.{number}").play(Flood(capture, share))
        print(tiktok.endpoints.app_url, tiktok.endpoints.webcast_url, tiktok.endpoints.sign_url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
