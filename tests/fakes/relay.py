"""A relay in front of a server, so that a test can take the server away and bring it back."""

import asyncio
import socket
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.fakes.link import FakeLink


class FakeOutage:
    """Listens on 127.0.0.1 and relays to the server behind `url`, except while it is cut.

    What the server sends goes over `down`, what it is sent over `up`.
    """

    def __init__(self, url: str, *, down: FakeLink | None = None, up: FakeLink | None = None) -> None:
        parts = urlsplit(url)
        self._target = parts
        self._database = parse_qs(parts.query).get("db", [parts.path.lstrip("/")])[0] or "0"
        self._down, self._up = down or FakeLink(), up or FakeLink()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[Any] | None] = set()
        # Bound and never listening: nobody else is given its port while the relay is cut.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._place.bind(("127.0.0.1", 0))
        self.port: int = self._place.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of a Redis that is relayed to."""
        database = self._database if self._database.isdigit() else "0"
        return f"redis://127.0.0.1:{self.port}/{database}"

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Cut for good."""
        await self.cut()
        self._place.close()

    async def mend(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port, reuse_port=True)

    async def cut(self) -> None:
        """Listen no more, and cut every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*filter(None, self._relays))

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:  # cut after the connection was accepted
            writer.transport.abort()
            return
        task = asyncio.current_task()
        self._relays.add(task)
        self._writers.add(writer)
        if self._target.scheme == "unix":
            far_reader, far_writer = await asyncio.open_unix_connection(self._target.path)
        else:
            far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers.add(far_writer)
        if self._server is None:  # cut while the server was being reached
            far_writer.transport.abort()
        await asyncio.gather(self._up.carry(reader, far_writer), self._down.carry(far_reader, writer))
        self._writers -= {writer, far_writer}
        self._relays.discard(task)
