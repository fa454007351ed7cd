"""Opens websockets on the application inside the test."""

from typing import Any

from channels.testing import WebsocketCommunicator

from tests.patience import PATIENCE_S


class SocketClient(WebsocketCommunicator):  # type: ignore[misc]  # the library has no types
    """A page's end of a socket. It waits with patience, whatever limit the library's methods pass on."""

    async def receive_output(self, *_: object) -> Any:
        return await super().receive_output(PATIENCE_S)

    async def wait(self, *_: object) -> None:
        await super().wait(PATIENCE_S)
