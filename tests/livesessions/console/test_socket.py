import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from livesessions.console import publisher
from livesessions.console.routing import websocket_urlpatterns
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant, User
from tests.sockets import SocketClient

pytestmark = pytest.mark.django_db(transaction=True)

Connect = Callable[..., Awaitable[Any]]
ClientFor = Callable[[User], Client]


@asynccontextmanager
async def open_socket(
    client: Client, session_id: UUID, language: str = "en", origin: str = "http://testserver"
) -> AsyncIterator[Any]:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    communicator = SocketClient(
        URLRouter(websocket_urlpatterns),
        f"/ws/console/{session_id}/?language={language}",
        headers=[(b"host", b"testserver"), (b"cookie", cookies.encode()), (b"origin", origin.encode())],
    )
    accepted, _ = await communicator.connect()
    if not accepted:
        await communicator.disconnect()
        raise ConnectionRefusedError
    try:
        yield communicator
    finally:
        await communicator.disconnect()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Call with a client and a session's id for a socket that has been accepted."""
    async with AsyncExitStack() as stack:
        yield lambda *args: stack.enter_async_context(open_socket(*args))
    await get_channel_layer().flush()


def chat(number: int = 1, **fields: Any) -> publisher.ConsoleChatMessage:
    message: publisher.ConsoleChatMessage = {
        "kind": "chat",
        "id": f"line-{number}",
        "event": "comment",
        "name": "Giulia",
        "text": f"ciao {number}",
        "risk": "low",
        "gift_name": "",
        "count": 1,
        "at": timezone.now().isoformat(),
        "categories": [],
        "viewer": "",
    }
    return {**message, **fields}  # type: ignore[typeddict-item]


async def test_a_console_first_gets_what_happened_so_far(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    await database_sync_to_async(_write_line)(session, "ciao da prima")
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    frame = json.loads(await socket.receive_from())
    assert frame["whole"]
    assert [row["text"] for row in frame["chat"]] == ["ciao da prima"]
    assert "Ready" in frame["parts"]["session-state"]
    assert "nobody hears your host" in frame["parts"]["session-state"]
    assert "Not open" in frame["parts"]["session-health"]


async def test_what_happens_then_is_appended_in_one_frame(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    await socket.receive_from()
    await publisher.publish(session.id, [chat(1), chat(2)])
    frame = json.loads(await socket.receive_from())
    assert [row["text"] for row in frame["chat"]] == ["ciao 1", "ciao 2"]
    assert "whole" not in frame
    assert "chat" not in json.loads(await _next(socket, session.id, [_counts(3)]))


async def test_a_line_that_the_page_has_is_replaced_not_repeated(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    await database_sync_to_async(_write_line)(session, "ciao 1")
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    before = json.loads(await socket.receive_from())
    frame = json.loads(await _next(socket, session.id, [chat(1)]))
    assert frame["chat"][0]["id"] == before["chat"][0]["id"]


async def test_a_change_of_state_redraws_the_state_and_the_controls(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    await socket.receive_from()
    await database_sync_to_async(_put_on_air)(session)
    await database_sync_to_async(publisher.publish_state)(session)
    frame = await socket.receive_from()
    parts = json.loads(frame)["parts"]
    assert "ON AIR" in parts["session-state"]
    assert 'id="mute-button"' in parts["session-controls"]


async def test_bobs_socket_carries_no_controls(
    bob: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(bob), session.id)
    frame = await socket.receive_from()
    assert "Ready" in frame
    assert "start-button" not in frame


async def test_the_socket_speaks_the_pages_language(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    client = await database_sync_to_async(client_for)(alice)
    assert "Pronta" in await (await connect(client, session.id, "it")).receive_from()
    assert "Ready" in await (await connect(client, session.id, "xx")).receive_from()


async def test_charlie_is_refused(
    charlie: User, other_tenant: Tenant, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    client = await database_sync_to_async(client_for)(charlie)
    for session_id in (session.id, UUID(int=1)):
        with pytest.raises(ConnectionRefusedError):
            await connect(client, session_id)


async def test_a_visitor_is_refused(session: LiveSession, connect: Connect) -> None:
    with pytest.raises(ConnectionRefusedError):
        await connect(Client(), session.id)


async def test_a_log_in_that_was_ended_is_refused(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    client = await database_sync_to_async(client_for)(alice)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    await database_sync_to_async(client.logout)()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    with pytest.raises(ConnectionRefusedError):
        await connect(client, session.id)


@pytest.mark.parametrize("origin", ["https://evil.example.com", "http://testserver:8001", "null"])
async def test_a_page_of_another_origin_is_refused(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect, origin: str
) -> None:
    client = await database_sync_to_async(client_for)(alice)
    with pytest.raises(ConnectionRefusedError):
        await connect(client, session.id, "en", origin)


async def _next(socket: Any, session_id: UUID, messages: list[publisher.Message]) -> str:
    await publisher.publish(session_id, messages)
    frame: str = await socket.receive_from()
    return frame


def _counts(viewers: int) -> publisher.ConsoleCountsMessage:
    return {
        "kind": "counts",
        "viewers": viewers,
        "counts": {"decoded": 1},
        "connection": "connected",
        "retry_in_s": 0,
    }


def _put_on_air(session: LiveSession) -> None:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        session.refresh_from_db()


def _write_line(session: LiveSession, text: str) -> None:
    now = timezone.now()
    with scope(tenant=session.tenant):
        ChatEvent.objects.create(
            tenant=session.tenant,
            session=session,
            source_id="line-1",
            kind="comment",
            occurred_at=now,
            received_at=now,
            viewer_name="Giulia",
            text=text,
        )


async def test_a_workers_consoles_are_sent_to_in_one_round_trip(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    await socket.receive_from()
    await publisher.publish_all({uuid4(): [chat(1)], session.id: [chat(2), chat(3)], uuid4(): [chat(4)]})
    frame = await socket.receive_from()
    assert frame.index("ciao 2") < frame.index("ciao 3")
    assert "ciao 1" not in frame
    assert "ciao 4" not in frame


async def test_a_command_over_the_socket_reaches_row_overlay_and_page(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    await socket.receive_from()
    await socket.send_to(text_data='{"command": "mute"}')
    while f"/lives/{session.id}/start/" not in (frame := await socket.receive_from()):
        pass
    assert "The live will start with the host muted." in frame
    assert (await database_sync_to_async(_row)(session)).muted


@pytest.mark.parametrize(
    "text", ["mute", "{", "[]", "null", '{"command": "dance"}', '{"command": ["mute"]}', "[" * 5_000]
)
async def test_what_is_no_command_is_ignored(
    alice: User, session: LiveSession, client_for: ClientFor, connect: Connect, text: str
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(alice), session.id)
    await socket.receive_from()
    await socket.send_to(text_data=text)
    await publisher.publish(session.id, [chat(1)])
    assert "ciao 1" in await socket.receive_from()


async def test_bob_who_looks_on_commands_nothing_over_the_socket(
    bob: User, session: LiveSession, client_for: ClientFor, connect: Connect
) -> None:
    socket = await connect(await database_sync_to_async(client_for)(bob), session.id)
    await socket.receive_from()
    for command in ("mute", "stop"):
        await socket.send_to(text_data=f'{{"command": "{command}"}}')
    await publisher.publish(session.id, [chat(1)])
    assert "ciao 1" in await socket.receive_from()
    row = await database_sync_to_async(_row)(session)
    assert (row.muted, row.status) == (False, "pending")


def _row(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        return LiveSession.objects.get(id=session.id)
