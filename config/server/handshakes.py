"""Daphne's sockets, with refusals other than 403 (ASGI's extension `websocket.http.response`)."""

from http import HTTPStatus
from typing import Any

from autobahn.twisted.websocket import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from tenants.sockets.refusal import DENIAL


class RefusingSocket(WebSocketProtocol):  # type: ignore[misc]  # the library has no types
    """A socket whose handshake the application may refuse with a status; the server writes the body."""

    _refusal = HTTPStatus.FORBIDDEN
    maxMessagePayloadSize: int  # the library sets it from the factory's options

    def sendMessage(self, *args: Any, **options: Any) -> None:
        """Send a message of any size: the library's limit is meant for what clients send."""
        limit, self.maxMessagePayloadSize = self.maxMessagePayloadSize, 0
        try:
            super().sendMessage(*args, **options)
        finally:
            self.maxMessagePayloadSize = limit

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Send what the application says. A refusal is complete with the last part of its body."""
        if message["type"] == f"{DENIAL}.start":
            self._refusal = HTTPStatus(message["status"])
        elif message["type"] != f"{DENIAL}.body":
            super().handle_reply(message)
        elif not message.get("more_body", False) and self.state == self.STATE_CONNECTING:
            self._refuse()

    def _refuse(self) -> None:
        deferred = self.handshake_deferred
        del self.handshake_deferred
        deferred.errback(ConnectionDeny(code=self._refusal.value, reason=self._refusal.phrase))
        self.server.protocol_disconnected(self)


class RefusingSocketFactory(WebSocketFactory):  # type: ignore[misc]  # the library has no types
    """Makes the sockets of a `config.server.process.Server`."""

    protocol = RefusingSocket
