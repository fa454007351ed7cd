"""Cuts messages into RTMP's chunks, and puts the chunks of the server together again.

Source: "Adobe's Real Time Messaging Protocol", 1.0, section 5.3. A timestamp from 0xFFFFFF on is written as
an extended one, in the header of each following type-3 chunk as well: servers that read it there lose the
stream after 4 h 39 min otherwise.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from encoder.rtmp.errors import MalformedRtmp

FIRST_CHUNK_SIZE = 128
MAX_CHUNK_SIZE = 0xFFFFFF
EXTENDED = 0xFFFFFF
CLOCK = 1 << 32
MAX_MESSAGE_BYTES = 256 * 1024
MAX_CHUNK_STREAMS = 64


class MessageKind(IntEnum):
    """The type of a message, as its header stores it."""

    SET_CHUNK_SIZE = 1
    ABORT = 2
    ACKNOWLEDGEMENT = 3
    USER_CONTROL = 4
    WINDOW_SIZE = 5
    PEER_BANDWIDTH = 6
    AUDIO = 8
    VIDEO = 9
    COMMAND_AMF3 = 17
    DATA = 18
    COMMAND = 20


@dataclass(frozen=True, slots=True)
class RtmpMessage:
    """One message. `kind` is a number, because a server may send kinds that nobody knows."""

    kind: int
    payload: bytes
    timestamp_ms: int = 0
    stream_id: int = 0


class ChunkWriter:
    """Writes each message with a full header, so that no chunk depends on an earlier message."""

    def __init__(self, chunk_size: int = FIRST_CHUNK_SIZE) -> None:
        self.chunk_size = chunk_size

    def write(self, message: RtmpMessage, chunk_stream: int) -> bytes:
        """Return the chunks of a message on a chunk stream (2 to 63); the timestamp counts modulo 2^32."""
        timestamp = message.timestamp_ms % CLOCK
        extended = struct.pack(">I", timestamp) if timestamp >= EXTENDED else b""
        header = (
            bytes((chunk_stream,))
            + min(timestamp, EXTENDED).to_bytes(3, "big")
            + len(message.payload).to_bytes(3, "big")
            + bytes((message.kind,))
            + struct.pack("<I", message.stream_id)
            + extended
        )
        size = self.chunk_size
        if len(message.payload) <= size:
            return header + message.payload
        between = bytes((0xC0 | chunk_stream,)) + extended
        pieces = (message.payload[at : at + size] for at in range(0, len(message.payload), size))
        return header + between.join(pieces)


@dataclass(slots=True)
class _ChunkStream:
    """What the header of the next chunk of a chunk stream may leave out."""

    timestamp_ms: int = 0
    delta_ms: int = 0
    is_extended: bool = False
    size: int = 0
    kind: int = 0
    stream_id: int = 0
    body: bytearray = field(default_factory=bytearray)
    has_header: bool = False


class ChunkReader:
    """Takes bytes as they arrive, and returns the messages that they complete."""

    def __init__(self, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self.chunk_size = FIRST_CHUNK_SIZE
        self._max_message_bytes = max_message_bytes
        self._buffer = bytearray()
        self._streams: dict[int, _ChunkStream] = {}

    def feed(self, data: bytes) -> list[RtmpMessage]:
        """Return the messages that are complete now; raise `MalformedRtmp` for what is not RTMP."""
        self._buffer += data
        messages = []
        while (found := self._next_chunk()) is not None:
            if isinstance(found, RtmpMessage):
                self._apply(found)
                messages.append(found)
        return messages

    def _apply(self, message: RtmpMessage) -> None:
        if message.kind == MessageKind.SET_CHUNK_SIZE:
            size = int.from_bytes(message.payload[:4], "big")
            if not 1 <= size <= 0x7FFFFFFF:
                raise MalformedRtmp("The server set an impossible chunk size.")
            self.chunk_size = min(size, MAX_CHUNK_SIZE)
        elif message.kind == MessageKind.ABORT:
            aborted = self._streams.get(int.from_bytes(message.payload[:4], "big"))
            if aborted is not None:
                aborted.body.clear()

    def _next_chunk(self) -> RtmpMessage | bool | None:
        """Return a message that a chunk completed, True for another chunk, None when bytes are missing."""
        if not self._buffer:
            return None
        form, number, offset = self._buffer[0] >> 6, self._buffer[0] & 0x3F, 1
        if number < 2:  # longer chunk stream ids
            offset += 1 + number
            if len(self._buffer) < offset:
                return None
            number = 64 + self._buffer[1] + (256 * self._buffer[2] if number else 0)
        stream = self._stream(number)
        offset_of_body = self._read_header(stream, form, offset)
        if offset_of_body is None:
            return None
        return self._read_body(stream, offset_of_body)

    def _stream(self, number: int) -> _ChunkStream:
        if number not in self._streams and len(self._streams) >= MAX_CHUNK_STREAMS:
            raise MalformedRtmp("The server uses too many chunk streams.")
        return self._streams.setdefault(number, _ChunkStream())

    def _read_header(self, stream: _ChunkStream, form: int, offset: int) -> int | None:
        """Read the message header and return where the body begins; None when bytes are missing.

        The stream is changed only when the whole chunk is there, so the header may be read several times.
        """
        end = offset + (11, 7, 3, 0)[form]
        head = bytes(self._buffer[offset:end])
        if len(self._buffer) < end:
            return None
        if form and not stream.has_header:
            raise MalformedRtmp("A chunk refers to a header that was never sent.")
        stated = int.from_bytes(head[:3], "big") if form < 3 else 0
        extended = stated == EXTENDED if form < 3 else stream.is_extended
        size = int.from_bytes(head[3:6], "big") if form < 2 else stream.size
        if size > self._max_message_bytes:
            raise MalformedRtmp("A message of the server is too long.")
        if extended:
            if len(self._buffer) < end + 4:
                return None
            stated = int.from_bytes(self._buffer[end : end + 4], "big")
            end += 4
        left = min(self.chunk_size, size - (0 if form < 3 else len(stream.body)))
        if len(self._buffer) < end + left:
            return None
        if form < 3:
            stream.body.clear()
            stream.is_extended, stream.size, stream.has_header = extended, size, True
            stream.delta_ms = stated if form else 0
            stream.timestamp_ms = stated if form == 0 else (stream.timestamp_ms + stated) % CLOCK
        elif not stream.body:  # a new message with the header of the last one
            stream.timestamp_ms = (stream.timestamp_ms + stream.delta_ms) % CLOCK
        if form < 2:
            stream.kind = head[6]
        if form == 0:
            stream.stream_id = int.from_bytes(head[7:11], "little")
        return end

    def _read_body(self, stream: _ChunkStream, offset: int) -> RtmpMessage | bool:
        end = offset + min(self.chunk_size, stream.size - len(stream.body))
        stream.body += self._buffer[offset:end]
        del self._buffer[:end]
        if len(stream.body) < stream.size:
            return True
        message = RtmpMessage(stream.kind, bytes(stream.body), stream.timestamp_ms, stream.stream_id)
        stream.body.clear()
        return message
