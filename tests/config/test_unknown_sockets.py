"""A socket's handshake at an address that leads nowhere is refused; it is no error of the server."""

from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from config.asgi import application
from tests.sockets import SocketClient

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = [
    "/ws/",
    "/ws/nowhere/",
    "/ws/console/",
    "/ws/console/not-an-id/",
    "/ws/console/1/",
    f"/ws/console/{UUID(int=1)}/",
    f"/ws/console/{UUID(int=1)}",
    f"/ws/console/{UUID(int=1)}/more/",
    "/ws/overlay/",
    "/ws/overlay/no-such-token/",
    "/ws/overlay/%00/",
    "/ws/overlay/" + "x" * 5_000 + "/",
    "/",
    "//",
    "/accounts/login/",
    "/ws/console/è/",
]


async def answer_to(path: str, extensions: dict[str, Any], **headers: str) -> dict[str, Any]:
    sent = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    sent += [(name.encode(), value.encode()) for name, value in headers.items()]
    communicator = SocketClient(application, path, headers=sent)
    communicator.scope["extensions"] = extensions
    await communicator.send_input({"type": "websocket.connect"})
    answer: dict[str, Any] = await communicator.receive_output()
    await communicator.wait()
    return answer


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:40])
async def test_an_unknown_address_is_404_where_the_server_can_answer_so(path: str) -> None:
    answer = await answer_to(path, {"websocket.http.response": {}})
    assert (answer["type"], answer.get("status")) == ("websocket.http.response.start", 404)


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:40])
async def test_an_unknown_address_is_refused_by_every_server(path: str) -> None:
    assert (await answer_to(path, {}))["type"] == "websocket.close"


async def test_while_the_database_is_away_a_console_is_refused_with_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    cookie = f"{settings.SESSION_COOKIE_NAME}=a-session"
    path = f"/ws/console/{UUID(int=1)}/"
    assert (await answer_to(path, {"websocket.http.response": {}}, cookie=cookie))["status"] == 503
    assert (await answer_to(path, {}, cookie=cookie))["type"] == "websocket.close"


async def test_a_live_of_another_workspace_is_404_like_one_that_does_not_exist(
    session: Any, charlie: Any, other_tenant: Any, client_for: Any
) -> None:
    from channels.db import database_sync_to_async

    client: Client = await database_sync_to_async(client_for)(charlie)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    for session_id in (session.id, UUID(int=1)):
        answer = await answer_to(f"/ws/console/{session_id}/", {"websocket.http.response": {}}, cookie=cookie)
        assert answer["status"] == 404
