"""Reads TikTok's push socket with our own schema and yields batches of undecoded messages."""

import warnings
import zlib
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError

from chatsources import webcast_pb2 as pb
from chatsources.port import SourceCounts

with warnings.catch_warnings():
    # TikTokLive 6.6.5 imports the legacy websockets client; it is pinned for its licence.
    warnings.simplefilter("ignore", DeprecationWarning)
    from TikTokLive.client.ws.ws_client import WebcastWSClient
    from TikTokLive.client.ws.ws_connect import WebcastConnect
    from TikTokLive.client.ws.ws_utils import extract_websocket_options
    from websockets.exceptions import ConnectionClosed

CLOSE_TIMEOUT_S = 1.0  # applies up to four times when the other side does not answer
MAX_FRAME_BYTES = 8 * 2**20
MAX_BATCH_BYTES = 64 * 2**20
GZIP_WINDOW = 31

Batch = tuple[pb.PushFrame | None, Any]


def read_frame(data: str | bytes) -> tuple[pb.PushFrame, pb.FetchResult] | None:
    """Return a frame and its batch of messages, or None for a frame without messages.

    Raises `DecodeError` or `zlib.error` for a broken frame. Costs about 1 µs a message, most of it for
    decompression.
    """
    if isinstance(data, str):
        raise DecodeError("a text frame")
    frame = pb.PushFrame.FromString(data)
    if frame.payload_type != "msg":
        return None
    payload = frame.payload
    if frame.headers.get("compress_type") == "gzip":
        payload = _unzip(payload)
    return frame, pb.FetchResult.FromString(payload)


def _unzip(payload: bytes) -> bytes:
    """Decompress at most `MAX_BATCH_BYTES`: a few bytes may expand to gigabytes."""
    unzip = zlib.decompressobj(GZIP_WINDOW)
    plain = unzip.decompress(payload, MAX_BATCH_BYTES)
    if not unzip.eof:
        raise zlib.error("truncated, or larger than MAX_BATCH_BYTES")
    return plain


class PushConnect(WebcastConnect):  # type: ignore[misc]
    """One connection. Broken frames are counted and skipped.

    The library parses every frame in pure Python, and ends the live at a broken one.
    """

    def __init__(self, *, counts: SourceCounts, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._counts = counts
        self._batches: AsyncGenerator[Batch, None] | None = None

    def __aiter__(self) -> AsyncGenerator[Batch, None]:
        self._batches = self._read()
        return self._batches

    async def aclose(self) -> None:
        """Close the socket, even if the connection was not read to its end."""
        if self._batches is not None:
            await self._batches.aclose()

    async def _read(self) -> AsyncGenerator[Batch, None]:
        try:
            async with self as protocol:
                self._ws = protocol
                self._ws_options = extract_websocket_options(protocol.response_headers)
                # The sign server's answer contains the first batch.
                yield None, self._initial_response
                async for data in protocol:
                    try:
                        batch = read_frame(data)
                    except (DecodeError, zlib.error):
                        self._counts.broken += 1
                        continue
                    if batch is not None:
                        yield batch
        finally:
            self._ws = None
            self._ws_options = None


class PushSocket(WebcastWSClient):  # type: ignore[misc]
    """The library's socket client: enters the room, pings and acknowledges batches."""

    def __init__(self, counts: SourceCounts) -> None:
        super().__init__(
            ws_kwargs={"counts": counts, "max_size": MAX_FRAME_BYTES, "close_timeout": CLOSE_TIMEOUT_S}
        )
        self._connect_generator_class = PushConnect

    async def aclose(self) -> None:
        """Close the socket of a broken connection."""
        connection: PushConnect | None = self._connection_generator
        if connection is not None:
            await connection.aclose()

    async def send_ack(self, webcast_response: pb.FetchResult, webcast_push_frame: pb.PushFrame) -> None:
        """Acknowledge a batch; replaces the library's method, whose encoder is slow."""
        if not self.connected:
            return
        ack = pb.PushFrame(
            payload_type="ack",
            payload_encoding="pb",
            log_id=webcast_push_frame.log_id,
            payload=(webcast_response.internal_ext or "-").encode(),
        )
        await self.send(ack.SerializeToString())

    async def _ping_loop_fn(self, room_id: int) -> None:
        # The reader of the socket reports that it is closed.
        with suppress(ConnectionClosed):
            await super()._ping_loop_fn(room_id)
