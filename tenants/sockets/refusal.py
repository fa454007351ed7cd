"""Refuses handshakes of sockets with an HTTP answer, instead of the server's error 500."""

import logging
from http import HTTPStatus
from typing import Any

from channels.routing import URLRouter
from django.db import InterfaceError, OperationalError
from django.urls import Resolver404
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

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
    """Routes sockets by their paths; refuses unknown paths, and all while PostgreSQL or Redis is away."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not self._knows(scope):
            await receive()  # the handshake, which every server sends first
            await refuse(scope, send)
            return
        answered = False

        async def noted(message: dict[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await super().__call__(scope, receive, noted)
        except (OperationalError, InterfaceError, RedisError, OSError):
            if answered:
                raise
            logger.warning("A socket was refused, because PostgreSQL or Redis did not answer.")
            await refuse(scope, send, HTTPStatus.SERVICE_UNAVAILABLE)

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
