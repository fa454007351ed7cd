"""Overlays of Alice and of Charlie, sockets on them, and what a worker would publish."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

import pytest
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.conf import settings
from django_scopes import scope
from redis.asyncio import Redis

from overlay.models import Overlay
from overlay.publisher import OverlayPublisher
from overlay.routing import websocket_urlpatterns
from tenants.models import Tenant, User
from tenants.services import create_tenant
from tests.sockets import SocketClient

Connect = Callable[[str], Awaitable["Socket"]]


class Socket:
    """A page's end of a socket."""

    def __init__(self, communicator: SocketClient) -> None:
        self.communicator = communicator

    async def receive(self) -> Any:
        """Return the next frame: a JSON message as a dict, audio as bytes."""
        frame = await self.communicator.receive_from()
        return frame if isinstance(frame, bytes) else json.loads(frame)

    async def receive_close(self) -> int:
        """Skip frames until the server closes; return the code."""
        while True:
            event = await self.communicator.receive_output()
            if event["type"] == "websocket.close":
                return cast("int", event["code"])

    async def send(self, frame: Any) -> None:
        await self.communicator.send_to(text_data=frame if isinstance(frame, str) else json.dumps(frame))

    async def leave(self) -> None:
        await self.communicator.disconnect()


@asynccontextmanager
async def open_socket(token: str) -> AsyncIterator[Socket]:
    """Connect as a page does, also with a query; raise `ConnectionRefusedError` when the server refuses."""
    path, _, query = token.partition("/?")
    communicator = SocketClient(URLRouter(websocket_urlpatterns), f"/ws/overlay/{path}/?{query}")
    accepted, _ = await communicator.connect()
    if not accepted:
        await communicator.disconnect()
        raise ConnectionRefusedError
    socket = Socket(communicator)
    try:
        yield socket
    finally:
        await socket.leave()


def make_overlay(owner: User, language: str = "it") -> Overlay:
    tenant: Tenant = create_tenant(owner=owner, name=f"{owner.name}'s lives", language=language)
    with scope(tenant=tenant):
        overlay: Overlay = Overlay.objects.create(tenant=tenant)
    return overlay


@pytest.fixture
def overlay(transactional_db: None, make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def other_overlay(transactional_db: None, make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Charlie"))


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Call with a token for a socket that has been accepted."""
    async with AsyncExitStack() as stack:
        yield lambda token: stack.enter_async_context(open_socket(token))
    await get_channel_layer().flush()


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL) as client:
        yield client
    await get_channel_layer().flush()


@pytest.fixture
def publisher(overlay: Overlay, redis: Redis) -> OverlayPublisher:
    return OverlayPublisher(overlay.id, redis=redis)
