"""One connection to an RTMP server: handshake, commands, and the messages of a stream.

Sources: "Adobe's Real Time Messaging Protocol", 1.0, and what nginx-rtmp and ffmpeg exchange. The connection
is an asyncio protocol and needs no task: what arrives is read when it arrives.
"""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from typing import TypeVar

from encoder.rtmp import amf
from encoder.rtmp.address import StreamAddress, StreamKey
from encoder.rtmp.backlog import REPORT_WINDOW_BYTES, ReadReports
from encoder.rtmp.chunks import ChunkReader, ChunkWriter, MessageKind, RtmpMessage
from encoder.rtmp.dialing import DialOptions, StepReport, dial, handshake_bytes, unsent_in_kernel
from encoder.rtmp.errors import MalformedRtmp, PublishError, PublishFault, PublishStep

ANSWER_TIMEOUT_S = 10.0
OUR_CHUNK_SIZE = 4096
HANDSHAKE_SIZE = 1536
CONTROL, COMMANDS, STREAM_COMMANDS, AUDIO, VIDEO = 2, 3, 8, 4, 6  # chunk streams
PING_REQUEST, PING_RESPONSE = 6, 7
START = "NetStream.Publish.Start"
STATUS_FAULTS = {
    "NetStream.Publish.BadName": PublishFault.BAD_NAME,
    "NetStream.Publish.Denied": PublishFault.DENIED,
}

T = TypeVar("T")


class RtmpConnection(asyncio.Protocol):
    """A connection that publishes one stream. `fault` is set when it has ended by itself.

    Opened by `open_connection`. The texts of the server are not kept: they may contain the key.
    """

    def __init__(self, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        loop = asyncio.get_running_loop()
        self.fault: PublishFault | None = None
        self._timeout_s = answer_timeout_s
        self._transport: asyncio.Transport | None = None
        self._writer = ChunkWriter()
        self._reader = ChunkReader()
        self._handshake = bytearray()
        self._greeted: asyncio.Future[bytes] | None = loop.create_future()
        self._answers: dict[int, asyncio.Future[Sequence[amf.AmfValue]]] = {}
        self._published: asyncio.Future[str] | None = None
        self._transaction = 0
        self._stream_id = 0
        self._peer_window = 0
        self._received = self._acknowledged = 0
        self._reports = ReadReports()
        self.sent_bytes = 0
        self.is_publishing = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP or TLS connection has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._greeted is not None:
            data = self._read_handshake(data)
        try:
            for message in self._reader.feed(data) if data else ():
                self._handle(message)
        except MalformedRtmp:
            self.end(PublishFault.NOT_RTMP)
        if self._peer_window and self._received - self._acknowledged >= self._peer_window:
            self._acknowledged = self._received
            self._control(MessageKind.ACKNOWLEDGEMENT, struct.pack(">I", self._received % 2**32))

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(PublishFault.CONNECTION_LOST)

    # What a publisher calls.

    @property
    def unsent_bytes(self) -> int:
        """How many bytes wait in this process and in the kernel for the server."""
        if self._transport is None or self._transport.is_closing():
            return 0
        return self._transport.get_write_buffer_size() + unsent_in_kernel(self._transport)

    @property
    def unread_bytes(self) -> int:
        """How many bytes the server has not read, as far as it reports it."""
        return self._reports.unread(self.sent_bytes)

    async def greet(self) -> None:
        """Do RTMP's handshake; raise a `PublishError` when the server does not speak RTMP."""
        greeted = self._greeted
        if greeted is None:
            return
        self._write(handshake_bytes())
        signature = await self._answer(greeted, PublishStep.HANDSHAKE, PublishFault.NOT_RTMP)
        self._greeted = None
        self._write(signature)
        left, self._handshake = bytes(self._handshake), bytearray()
        if left:
            self.data_received(left)

    async def connect(self, address: StreamAddress) -> None:
        """Open the application and a stream on it."""
        about = {
            "app": address.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; Vivavoce)",
            "tcUrl": address.url,
        }
        await self._command(PublishStep.CONNECT, PublishFault.APP_REFUSED, "connect", about)
        self._control(MessageKind.SET_CHUNK_SIZE, struct.pack(">I", OUR_CHUNK_SIZE))
        self._writer.chunk_size = OUR_CHUNK_SIZE
        self._control(MessageKind.WINDOW_SIZE, struct.pack(">I", REPORT_WINDOW_BYTES))

    async def publish(self, key: StreamKey) -> None:
        """Create the stream and publish it under a key."""
        # Servers made for Flash's encoder expect these two; nobody waits for their answers.
        self._send_command("releaseStream", None, key.reveal())
        self._send_command("FCPublish", None, key.reveal())
        fault = PublishFault.PUBLISH_REFUSED
        created = await self._command(PublishStep.PUBLISH, fault, "createStream", None)
        number = created[-1] if created else None
        if not isinstance(number, float) or not 0 < number < 2**32:
            self.end(PublishFault.NOT_RTMP)
            raise PublishError(PublishFault.NOT_RTMP, PublishStep.PUBLISH)
        self._stream_id = int(number)
        self._published = asyncio.get_running_loop().create_future()
        self._send_command("publish", None, key.reveal(), "live", stream_id=self._stream_id)
        lost = PublishFault.CLOSED_DURING_PUBLISH
        code = await self._answer(self._published, PublishStep.PUBLISH, lost)
        if code != START:
            fault = STATUS_FAULTS.get(code, PublishFault.PUBLISH_REFUSED)
            self.end(fault)
            raise PublishError(fault, PublishStep.PUBLISH)
        self.is_publishing = True

    def send(self, kind: MessageKind, timestamp_ms: int, payload: bytes) -> None:
        """Send audio, video or metadata of the stream. It never waits; what is not sent yet is in memory."""
        chunk_stream = AUDIO if kind is MessageKind.AUDIO else VIDEO
        message = RtmpMessage(kind, payload, timestamp_ms, self._stream_id)
        self._write(self._writer.write(message, chunk_stream))

    def unpublish(self) -> None:
        """End the stream on the server and close the connection when that is sent."""
        if self.is_publishing and self.fault is None:
            self._send_command("deleteStream", None, self._stream_id)
        self.is_publishing = False
        if self._transport is not None:
            self._transport.close()

    def end(self, fault: PublishFault) -> None:
        """Close the connection at once, for a reason. Only the first reason counts."""
        if self.fault is None:
            self.fault = fault
        self.is_publishing = False
        if self._transport is not None:
            self._transport.abort()
        waiting = [self._greeted, self._published, *self._answers.values()]
        for future in waiting:
            if future is not None and not future.done():
                future.cancel()

    # Inside.

    def _read_handshake(self, data: bytes) -> bytes:
        """Take S0, S1 and S2, and return what follows them once the handshake is done."""
        self._handshake += data
        if self._handshake[0] != 3:
            self.end(PublishFault.NOT_RTMP)
        elif len(self._handshake) > 2 * HANDSHAKE_SIZE and self._greeted and not self._greeted.done():
            signature = bytes(self._handshake[1 : HANDSHAKE_SIZE + 1])
            del self._handshake[: 2 * HANDSHAKE_SIZE + 1]
            self._greeted.set_result(signature)
        return b""

    def _handle(self, message: RtmpMessage) -> None:
        match message.kind:
            case MessageKind.COMMAND:
                self._handle_command(amf.decode(message.payload))
            case MessageKind.COMMAND_AMF3:  # AMF0 after a byte
                self._handle_command(amf.decode(message.payload[1:]))
            case MessageKind.WINDOW_SIZE:
                self._peer_window = int.from_bytes(message.payload[:4], "big")
            case MessageKind.ACKNOWLEDGEMENT:
                self._reports.note(int.from_bytes(message.payload[:4], "big"))
            case MessageKind.USER_CONTROL if message.payload[:2] == struct.pack(">H", PING_REQUEST):
                self._control(
                    MessageKind.USER_CONTROL, struct.pack(">H", PING_RESPONSE) + message.payload[2:6]
                )

    def _handle_command(self, values: Sequence[amf.AmfValue]) -> None:
        match values:
            case [("_result" | "_error") as name, float(transaction), *rest]:
                self._handle_answer(name, int(transaction), rest)
            case ["onStatus", _, _, {"code": str(code), "level": str(level)}, *_]:
                self._handle_status(code, level)
            case ["onStatus", _, _, {"code": str(code)}, *_]:
                self._handle_status(code, "")

    def _handle_answer(self, name: str, transaction: int, rest: Sequence[amf.AmfValue]) -> None:
        waiting = self._answers.pop(transaction, None)
        if waiting is None or waiting.done():
            return
        if name == "_result":
            waiting.set_result(rest)
            return
        code = rest[-1].get("code") if rest and isinstance(rest[-1], Mapping) else None
        waiting.set_exception(_Refused(str(code)))

    def _handle_status(self, code: str, level: str) -> None:
        is_refusal = level == "error" or code in STATUS_FAULTS
        if code != START and not is_refusal:
            return
        if self._published is not None and not self._published.done():
            self._published.set_result(code)
        elif is_refusal:  # also one that answers FCPublish, before the stream exists
            self.end(STATUS_FAULTS.get(code, PublishFault.PUBLISH_REFUSED))

    async def _command(
        self, step: PublishStep, refusal: PublishFault, name: str, *values: amf.AmfValue
    ) -> Sequence[amf.AmfValue]:
        """Send a command without secrets and return its answer; `refusal` is the fault of an `_error`."""
        answer: asyncio.Future[Sequence[amf.AmfValue]] = asyncio.get_running_loop().create_future()
        self._answers[self._send_command(name, *values)] = answer
        is_early = step is PublishStep.CONNECT
        lost = PublishFault.CONNECTION_LOST if is_early else PublishFault.CLOSED_DURING_PUBLISH
        try:
            return await self._answer(answer, step, lost)
        except _Refused as refused:
            fault = STATUS_FAULTS.get(refused.code, refusal)
        self.end(fault)
        raise PublishError(fault, step)

    async def _answer(self, future: asyncio.Future[T], step: PublishStep, lost: PublishFault) -> T:
        """Return what a future brings. `lost` is the fault when the connection ends meanwhile."""
        if self.fault is not None:
            future.cancel()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await future
        except TimeoutError:
            self.end(PublishFault.TIMED_OUT)
            raise PublishError(PublishFault.TIMED_OUT, step) from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self.fault is None or (task is not None and task.cancelling()):
                raise  # the caller's own end, not the connection's
            fault = lost if self.fault is PublishFault.CONNECTION_LOST else self.fault
            raise PublishError(fault, step) from None

    def _send_command(self, name: str, *values: amf.AmfValue, stream_id: int = 0) -> int:
        """Send a command and return its transaction's number. It does not wait, so no traceback holds it."""
        self._transaction += 1
        payload = amf.encode(name, self._transaction, *values)
        chunk_stream = STREAM_COMMANDS if stream_id else COMMANDS
        self._write(self._writer.write(RtmpMessage(MessageKind.COMMAND, payload, 0, stream_id), chunk_stream))
        return self._transaction

    def _control(self, kind: MessageKind, payload: bytes) -> None:
        self._write(self._writer.write(RtmpMessage(kind, payload), CONTROL))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self.sent_bytes += len(data)
            self._transport.write(data)


class _Refused(Exception):
    """An `_error`, with the code that the server gave."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


async def open_connection(
    address: StreamAddress, options: DialOptions, *, reached: StepReport = lambda step: None
) -> RtmpConnection:
    """Return a connection whose application is open, ready to publish; raise `PublishError`.

    `reached` is called with each step that has succeeded.
    """
    connection = await dial(address, lambda: RtmpConnection(options.timeout_s), options, reached)
    try:
        await connection.greet()
        reached(PublishStep.HANDSHAKE)
        await connection.connect(address)
        reached(PublishStep.CONNECT)
    except BaseException:
        connection.end(PublishFault.CONNECTION_LOST)
        raise
    return connection
