"""Refuses handshakes of sockets with an HTTP answer, instead of the server's error 500."""

from http import HTTPStatus
from typing import Any

from channels.routing import URLRouter
from django.urls import Resolver404

DENIAL = "websocket.http.response"  # ASGI's extension for an answer to a refused handshake


async def refuse(scope: dict[str, Any], send: Any, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> None:
    """Refuse a socket that is not accepted yet; a server without the extension answers 403."""
    if DENIAL in scope.get("extensions", {}):
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": f"{DENIAL}.start", "status": status.value, "headers": headers})
        await send({"type": f"{DENIAL}.body", "body": status.phrase.encode(), "more_body": False})
    else:
        await send({"type": "websocket.close", "code": 1000})


class SocketRouter(URLRouter):  # type: ignore[misc]
    """Routes sockets by their paths, and refuses paths that it does not know."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._knows(scope):
            await super().__call__(scope, receive, send)
            return
        await receive()  # the handshake, which every server sends first
        await refuse(scope, send)

    def _knows(self, scope: dict[str, Any]) -> bool:
        path = scope["path"]
        root = scope.get("root_path", "")
        if not path.startswith(root):
            return False
        path = path[len(root) :].lstrip("/")
        return any(_matches(route.pattern, path) for route in self.routes)


def _matches(pattern: Any, path: str) -> bool:
    try:
        return bool(pattern.match(path))
    except Resolver404:
        return False
