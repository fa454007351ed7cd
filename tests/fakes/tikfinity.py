"""TikFinity's local event socket: JSON frames of `event` and `data`, to everybody who connects.

The envelope is TikFinity's; the fields of `data` are those of TikTok-Live-Connector 1.2, to which it refers.
"""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

USER = {
    "userId": "6813181309701719620",
    "secUid": "<redacted>",
    "uniqueId": "anna.22",
    "nickname": "Anna 🌸",
    "profilePictureUrl": "https://example.com/anna.webp",
    "followRole": 1,
    "isModerator": False,
}


def frame(event: str, msg_id: str, **data: Any) -> str:
    """One frame about Anna."""
    message = {**data, **USER, "msgId": msg_id, "createTime": "1661887134718"}
    return json.dumps({"event": event, "data": message})


class FakeTikfinity:
    """The socket. It is alone on its port, which stays the same when it comes back."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._port = 0
        self._connections: set[ServerConnection] = set()
        self._joined = asyncio.Event()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self._port, close_timeout=1)
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        """Go away, as when the user quits the program."""
        self._joined.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def tell(self, *frames: str) -> None:
        """Wait until somebody listens, and send."""
        await self._joined.wait()
        for text in frames:
            for connection in self._connections:
                await connection.send(text)

    async def _serve(self, connection: ServerConnection) -> None:
        self._connections.add(connection)
        self._joined.set()
        try:
            await connection.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            self._connections.discard(connection)
