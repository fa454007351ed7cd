"""The way from a page to the server: it can be cut, and made narrow and long."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.link import FakeLink
from tests.fakes.relay import FakeOutage
from tests.patience import PATIENCE_S


class Network:
    """A relay in a thread of its own. `down` is the way to the page."""

    def __init__(self, relay: FakeOutage, down: FakeLink, loop: asyncio.AbstractEventLoop) -> None:
        self._relay = relay
        self._loop = loop
        self.down = down

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._relay.port}"

    def cut(self) -> None:
        asyncio.run_coroutine_threadsafe(self._relay.cut(), self._loop).result(PATIENCE_S)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._relay.close(), self._loop).result(PATIENCE_S)

    def mend(self) -> None:
        asyncio.run_coroutine_threadsafe(self._relay.mend(), self._loop).result(PATIENCE_S)


@contextmanager
def open_network(
    server_url: str, *, down: FakeLink | None = None, up: FakeLink | None = None
) -> Iterator[Network]:
    down = down or FakeLink()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="network")
    thread.start()
    network = Network(FakeOutage(server_url, down=down, up=up), down, loop)
    network.mend()
    try:
        yield network
    finally:
        network.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
