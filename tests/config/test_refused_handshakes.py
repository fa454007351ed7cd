"""What the real server answers to a handshake that is refused: never an error of its own."""

from uuid import UUID

import pytest

from tests.config.web_server import WebServer, head

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


@pytest.mark.parametrize(
    "path",
    [
        "/ws/",
        "/ws/nowhere/",
        "/ws/console/not-an-id/",
        "/ws/overlay/no-such-token/",
        "/ws/overlay/%00/",
        "/ws/overlay/%C3%A8%FF/",
        "/accounts/login/",
        "//evil.example/ws/",
        "/ws/overlay/" + "x" * 5_000 + "/",
    ],
    ids=lambda path: path[:30],
)
def test_an_unknown_address_is_404(server: WebServer, path: str) -> None:
    assert server.send(head("GET", path, **HANDSHAKE)).status == 404


def test_a_live_without_a_log_in_is_404(server: WebServer) -> None:
    origin = {"Origin": "http://127.0.0.1", **HANDSHAKE}
    assert server.send(head("GET", f"/ws/console/{UUID(int=1)}/", **origin)).status == 404


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8001", "https://evil.example", "null"])
def test_another_origin_is_403_on_the_console(server: WebServer, origin: str) -> None:
    handshake = {"Origin": origin, **HANDSHAKE}
    assert server.send(head("GET", f"/ws/console/{UUID(int=1)}/", **handshake)).status == 403
