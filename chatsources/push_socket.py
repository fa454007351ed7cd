"""TikTok's push socket, read with our own schema: frames go in, batches of undecoded messages come out."""

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

CLOSE_TIMEOUT_S = 1.0  # waited for up to four times, when the other side has fallen silent
MAX_FRAME_BYTES = 8 * 2**20
MAX_BATCH_BYTES = 64 * 2**20
GZIP_WINDOW = 31

Batch = tuple[pb.PushFrame | None, Any]


def read_frame(data: str | bytes) -> tuple[pb.PushFrame, pb.FetchResult] | None:
    """Return a frame and the batch of messages in it, or None for a frame that holds none.

    Raises `DecodeError` or `zlib.error` for one that cannot be read. Costs about 1 µs a message, most of it
    for the decompression.
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
    """Decompress, within bounds: a few bytes may stand for gigabytes."""
    unzip = zlib.decompressobj(GZIP_WINDOW)
    plain = unzip.decompress(payload, MAX_BATCH_BYTES)
    if not unzip.eof:
        raise zlib.error("cut short, or larger than any batch")
    return plain


class PushConnect(WebcastConnect):  # type: ignore[misc]
    """One connection. Frames that cannot be read are counted as broken and skipped.

    The library parses every frame in pure Python, and ends the live over one that it cannot read.
    """

    def __init__(self, *, counts: SourceCounts, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._counts = counts
        self._batches: AsyncGenerator[Batch, None] | None = None

    def __aiter__(self) -> AsyncGenerator[Batch, None]:
        self._batches = self._read()
        return self._batches

    async def aclose(self) -> None:
        """Close the socket; whoever reads the connection need not have come to its end."""
        if self._batches is not None:
            await self._batches.aclose()

    async def _read(self) -> AsyncGenerator[Batch, None]:
        try:
            async with self as protocol:
                self._ws = protocol
                self._ws_options = extract_websocket_options(protocol.response_headers)
                # What the sign server handed over comes first.
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
    """The library's side of the socket: it enters the room, pings and says what has arrived."""

    def __init__(self, counts: SourceCounts) -> None:
        super().__init__(
            ws_kwargs={"counts": counts, "max_size": MAX_FRAME_BYTES, "close_timeout": CLOSE_TIMEOUT_S}
        )
        self._connect_generator_class = PushConnect

    async def aclose(self) -> None:
        """Close what a connection that broke off has left open."""
        connection: PushConnect | None = self._connection_generator
        if connection is not None:
            await connection.aclose()

    async def send_ack(self, webcast_response: pb.FetchResult, webcast_push_frame: pb.PushFrame) -> None:
        """Acknowledge a batch, as the library does, without its slow encoder."""
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
        # That the socket is gone is said where it is read.
        with suppress(ConnectionClosed):
            await super()._ping_loop_fn(room_id)
