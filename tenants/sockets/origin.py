"""Accepts sockets of the app's own pages only, by the same rule as Django's check of form posts."""

from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.utils.http import is_same_domain

from tenants.sockets.refusal import refuse

HTTP_SCHEMES = {"ws": "http", "wss": "https"}


def same_origin(application: Any) -> Any:
    """Refuse the application's sockets whose Origin differs from their address in scheme, host or port.

    The origins of `CSRF_TRUSTED_ORIGINS` are accepted too. A socket without an Origin is refused: every
    browser sends one, and these sockets trust the browser's log-in cookie.
    """

    async def checked(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if is_own_origin(scope):
            await application(scope, receive, send)
            return
        await receive()  # the handshake, which every server sends first
        await refuse(scope, send, HTTPStatus.FORBIDDEN)

    return checked


def is_own_origin(scope: dict[str, Any]) -> bool:
    """Return whether the socket's Origin is the address that it connects to, or a trusted origin."""
    origins = [value.decode("latin1") for name, value in scope["headers"] if name == b"origin"]
    if len(origins) != 1:
        return False
    return origins[0] == _own_origin(scope) or _is_trusted(origins[0])


def _own_origin(scope: dict[str, Any]) -> str | None:
    """Return the address as the browser sees it, by Django's rules for proxies and allowed hosts."""
    scheme = HTTP_SCHEMES.get(scope.get("scheme", "ws"), "http")
    request = ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return None


def _is_trusted(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return any(
        parts.scheme == trusted.scheme and is_same_domain(parts.netloc, trusted.netloc.lstrip("*"))
        for trusted in map(urlsplit, settings.CSRF_TRUSTED_ORIGINS)
    )
