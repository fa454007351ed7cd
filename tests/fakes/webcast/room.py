"""A live as its clients meet it: scripts of what happens on each connection, and what the clients sent."""

import asyncio
import gzip
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from chatsources import webcast_pb2 as pb
from tests.patience import PATIENCE_S

HEARTBEAT = pb.PushFrame(payload_type="hb", payload_encoding="pb").SerializeToString()


@dataclass(frozen=True)
class Stage:
    """What a step may touch: the socket it plays on, and the room."""

    socket: ServerConnection
    room: "FakeRoom"


class Step:
    """One thing that TikTok does on the push socket."""

    async def play(self, stage: Stage) -> None:
        raise NotImplementedError


class Send(Step):
    """Push one batch of messages."""

    def __init__(self, *messages: pb.Envelope, compressed: bool = True) -> None:
        self._messages = messages
        self._compressed = compressed

    async def play(self, stage: Stage) -> None:
        batch = pb.FetchResult(messages=self._messages, cursor="next", need_ack=True, internal_ext="ext")
        payload = batch.SerializeToString()
        frame = pb.PushFrame(log_id=7, payload_type="msg", payload_encoding="pb", payload=payload)
        if self._compressed:
            frame.payload = gzip.compress(payload)
            frame.headers["compress_type"] = "gzip"
        await stage.socket.send(frame.SerializeToString())
        stage.room.last_batch = list(self._messages)


class SendRaw(Step):
    """Push a frame of any bytes, or a text frame."""

    def __init__(self, frame: bytes | str) -> None:
        self._frame = frame

    async def play(self, stage: Stage) -> None:
        await stage.socket.send(self._frame)


class Cut(Step):
    """Break the connection without a word."""

    async def play(self, stage: Stage) -> None:
        stage.socket.transport.abort()


class CutMidFrame(Step):
    """Break the connection after the first bytes of a frame that promises a thousand."""

    async def play(self, stage: Stage) -> None:
        stage.socket.transport.write(b"\x82\x7e\x03\xe8" + bytes(10))
        stage.socket.transport.close()


class Stall(Step):
    """Stay connected, answer the heartbeats, and say nothing more."""

    async def play(self, stage: Stage) -> None:
        await stage.socket.wait_closed()


class Freeze(Step):
    """Neither say nor hear anything any more, as when the network in between is gone."""

    async def play(self, stage: Stage) -> None:
        stage.socket.transport.pause_reading()
        await stage.socket.wait_closed()


class Become(Step):
    """From now on answer about the room with a fault, or (None) without one."""

    def __init__(self, fault: "RoomFault | None") -> None:
        self._fault = fault

    async def play(self, stage: Stage) -> None:
        stage.room.fault = self._fault


class Pause(Step):
    """Let seconds pass."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def play(self, stage: Stage) -> None:
        await asyncio.sleep(self._seconds)


class Close(Step):
    """Close the socket in due form."""

    def __init__(self, code: int = 1000) -> None:
        self._code = code

    async def play(self, stage: Stage) -> None:
        await stage.socket.close(self._code)


class WaitFor(Step):
    """Wait until the test says so."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def play(self, stage: Stage) -> None:
        await self._event.wait()


class RoomFault(Enum):
    """How TikTok's own pages misbehave for a room."""

    OFFLINE = auto()
    ENDED_ROOM = auto()
    AGE_RESTRICTED = auto()
    NO_STATE = auto()
    CAPTCHA = auto()
    REFUSED = auto()


@dataclass
class FakeRoom:
    """A live: its scripts, its fault, and what its viewers' clients sent.

    As on TikTok, who connects is handed the last batch again; before there is one, the `backlog`.
    """

    handle: str
    room_id: int
    host_id: int = 1
    fault: RoomFault | None = None
    backlog: list[pb.Envelope] = field(default_factory=list)
    last_batch: list[pb.Envelope] = field(default_factory=list)
    connections: int = 0
    open_sockets: int = 0
    received: Counter[str] = field(default_factory=Counter)
    _scripts: list[tuple[Step, ...]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def play(self, *steps: Step) -> None:
        """Add the script of one connection."""
        self._scripts.append(steps)

    async def wait_until(self, holds: Callable[["FakeRoom"], bool]) -> None:
        """Return once `holds` is true of this room: of `received` (frame types), `open_sockets` and so on."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def serve(self, socket: ServerConnection) -> None:
        """Play the next script on a new connection, and listen to it until it is over."""
        script = self._scripts[min(self.connections, len(self._scripts) - 1)] if self._scripts else ()
        self.connections += 1
        await self._note_socket(+1)
        # A script may wait for what the client sends, so both run at once.
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(self._play(script, socket))
            with suppress(ConnectionClosed):
                async for data in socket:
                    await self._note_frame(data)
                    if pb.PushFrame.FromString(data).payload_type == "hb":  # type: ignore[arg-type]
                        await socket.send(HEARTBEAT)
            playing.cancel()
        await self._note_socket(-1)

    async def _play(self, script: tuple[Step, ...], socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for step in script:
                await step.play(Stage(socket, self))

    async def _note_frame(self, data: str | bytes) -> None:
        async with self._changed:
            self.received[pb.PushFrame.FromString(data).payload_type] += 1  # type: ignore[arg-type]
            self._changed.notify_all()

    async def _note_socket(self, change: int) -> None:
        async with self._changed:
            self.open_sockets += change
            self._changed.notify_all()
