"""An RTMP server that records what arrives, and that refuses, stalls, cuts or delays as a test tells it."""

import asyncio
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self

from encoder.flv import FlvKind, FlvTag
from encoder.rtmp import amf
from encoder.rtmp.chunks import ChunkReader, ChunkWriter, MessageKind, RtmpMessage
from tests.patience import PATIENCE_S

KEY = "stream-42?expire=1900000000&sign=Canary7f3a91"


@dataclass
class Recording:
    """What one connection sent."""

    commands: list[list[amf.AmfValue]] = field(default_factory=list)
    control: list[RtmpMessage] = field(default_factory=list)
    tags: list[FlvTag] = field(default_factory=list)
    key: str = ""

    def times_ms(self, kind: FlvKind) -> list[int]:
        return [tag.time_ms for tag in self.tags if tag.kind is kind and not tag.is_configuration]


@dataclass
class Behaviour:
    """What the server does instead of accepting the stream.

    - `connect_error`, `create_error`: answer with `_error`; `publish_status`: answer with this code.
    - `closes_at`: close the connection at this command; `cut_after_bytes`: in the middle of whatever arrives.
    - `is_silent_at`: never answer this command; `speaks_http`: answer the handshake as a web server.
    - `stops_reading`: take nothing any more once the stream is published.
    """

    connect_error: str = ""
    create_error: str = ""
    publish_status: str = "NetStream.Publish.Start"
    closes_at: str = ""
    is_silent_at: str = ""
    cut_after_bytes: int = 0
    speaks_http: bool = False
    stops_reading: bool = False
    window: int = 0
    pings: bool = False


class FakeRtmpServer:
    """The server. It keeps its port when it comes back."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour = Behaviour()
        self.recordings: list[Recording] = []
        self._tls = tls
        self._server: asyncio.Server | None = None
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._arrived = asyncio.Event()

    @property
    def url(self) -> str:
        return f"{'rtmps' if self._tls else 'rtmp'}://localhost:{self.port}/live/"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls, limit=64 * 1024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Go away at once, as when the process is killed."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def arrived(self, tags: int, *, connection: int = -1) -> Recording:
        """Wait until a connection has sent so many tags."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.recordings or (
                connection >= len(self.recordings) or len(self.recordings[connection].tags) < tags
            ):
                self._arrived.clear()
                await self._arrived.wait()
        return self.recordings[connection]

    async def commanded(self, recording: Recording, name: str) -> None:
        """Wait until a connection has sent a command."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(values[0] == name for values in recording.commands):
                self._arrived.clear()
                await self._arrived.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await _Peer(self.behaviour, self._record, self._arrived.set, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    def _record(self, recording: Recording) -> None:
        if not any(each is recording for each in self.recordings):
            self.recordings.append(recording)
        self._arrived.set()


class _Peer:
    """One connection of the server."""

    def __init__(
        self,
        behaviour: Behaviour,
        record: Callable[[Recording], None],
        noted: Callable[[], None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._behaviour, self._record, self._noted = behaviour, record, noted
        self._reader, self._writer = reader, writer
        self._chunks, self._out = ChunkReader(8 * 2**20), ChunkWriter()
        self._recording = Recording()
        self._received = 0

    async def run(self) -> None:
        await self._greet()
        while data := await self._reader.read(64 * 1024):
            self._received += len(data)
            if 0 < self._behaviour.cut_after_bytes <= self._received:
                return
            for message in self._chunks.feed(data):
                if not self._handle(message):
                    return
            if self._behaviour.stops_reading and self._recording.key:
                await asyncio.Event().wait()

    async def _greet(self) -> None:
        first = await self._reader.readexactly(1537)
        if self._behaviour.speaks_http:
            self._writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        if self._behaviour.is_silent_at == "handshake":
            await asyncio.Event().wait()
        self._writer.write(b"\x03" + bytes(1536) + first[1:])
        await self._reader.readexactly(1536)
        if self._behaviour.window:
            self._send(RtmpMessage(MessageKind.WINDOW_SIZE, struct.pack(">I", self._behaviour.window)))
        if self._behaviour.pings:
            self._send(RtmpMessage(MessageKind.USER_CONTROL, struct.pack(">HI", 6, 77)))
        self._send(RtmpMessage(MessageKind.SET_CHUNK_SIZE, struct.pack(">I", 300)))
        self._out.chunk_size = 300

    def _handle(self, message: RtmpMessage) -> bool:
        """Take a message; return False to close the connection."""
        if message.kind in set(FlvKind):
            self._take(message)
        elif message.kind == MessageKind.COMMAND:
            values = amf.decode(message.payload)
            self._recording.commands.append(values)
            name = str(values[0])
            if self._behaviour.closes_at == name:
                return False
            if self._behaviour.is_silent_at != name:
                self._answer(name, values)
            self._noted()
        elif message.kind in (MessageKind.USER_CONTROL, MessageKind.ACKNOWLEDGEMENT):
            self._recording.control.append(message)
        return True

    def _take(self, message: RtmpMessage) -> None:
        payload = message.payload.removeprefix(amf.encode("@setDataFrame"))
        self._recording.tags.append(FlvTag(FlvKind(message.kind), message.timestamp_ms, payload))
        self._record(self._recording)

    def _answer(self, name: str, values: list[amf.AmfValue]) -> None:
        behaviour, transaction = self._behaviour, values[1]
        match name:
            case "connect" if behaviour.connect_error:
                self._command("_error", transaction, None, _status("error", behaviour.connect_error))
            case "connect":
                self._command("_result", transaction, {"fmsVer": "FMS/3,0,1,123"}, _status("status", "ok"))
            case "createStream" if behaviour.create_error:
                self._command("_error", transaction, None, _status("error", behaviour.create_error))
            case "createStream":
                self._command("_result", transaction, None, 1)
            case "publish":
                code = behaviour.publish_status
                level = "status" if code.endswith("Start") else "error"
                # As some servers do, with the key in their words.
                self._command("onStatus", 0, None, _status(level, code) | {"description": f"key {values[3]}"})
                if level == "status":
                    self._recording.key = str(values[3])
                    self._record(self._recording)

    def _command(self, *values: amf.AmfValue) -> None:
        self._send(RtmpMessage(MessageKind.COMMAND, amf.encode(*values)))

    def _send(self, message: RtmpMessage) -> None:
        self._writer.write(self._out.write(message, 3 if message.kind == MessageKind.COMMAND else 2))


class ServerThread:
    """A fake server beside a test that blocks."""

    def __init__(self) -> None:
        self.server = FakeRtmpServer()
        self._ready, self._loop = Event(), asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def __enter__(self) -> FakeRtmpServer:
        self._thread.start()
        assert self._ready.wait(30)
        return self.server

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        async with self.server:
            self._ready.set()
            await self._stop.wait()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _status(level: str, code: str) -> dict[str, amf.AmfValue]:
    return {"level": level, "code": code}
