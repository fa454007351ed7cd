"""Pages and sockets are served at one address by two processes, and neither stops the other."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.test import Client
from django_scopes import scope
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from config.server.limits import MAX_SOCKET_MESSAGE_BYTES
from config.settings.base import BASE_DIR
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.shows.services.shows import create_show
from tenants.models import Tenant, User
from tests.config.web_server import WebServer, head, web_server
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LOGIN = "/accounts/login/"


@pytest.fixture
def own_server(server_environment: dict[str, str]) -> Iterator[WebServer]:
    """A server that the test may kill."""
    with web_server(server_environment) as running:
        yield running


@pytest.fixture
def overlay_path(tenant: Tenant) -> str:
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="Show", language="it")
    return f"/ws/overlay/{show.overlay.token}/?version=2"


def open_overlay(server: WebServer, path: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}{path}", open_timeout=PATIENCE_S)


def wait_until_closed(overlay: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while overlay.recv(PATIENCE_S):
            pass


def test_one_address_serves_pages_and_sockets_by_two_processes(server: WebServer, overlay_path: str) -> None:
    assert server.send(head("GET", LOGIN)).status == 200
    with open_overlay(server, overlay_path) as overlay:
        assert overlay.recv(PATIENCE_S)
    assert server.children().keys() == {"pages", "sockets"}


def test_sockets_are_served_while_the_process_of_the_pages_stands_still(
    server: WebServer, overlay_path: str
) -> None:
    server.send(head("GET", LOGIN))
    pages = server.children()["pages"]
    os.kill(pages, signal.SIGSTOP)
    try:
        with open_overlay(server, overlay_path) as overlay:
            assert overlay.recv(PATIENCE_S)
    finally:
        os.kill(pages, signal.SIGCONT)


def test_pages_are_served_while_the_process_of_the_sockets_stands_still(server: WebServer) -> None:
    server.send(head("GET", LOGIN))
    sockets = server.children()["sockets"]
    os.kill(sockets, signal.SIGSTOP)
    try:
        assert server.send(head("GET", LOGIN)).status == 200
    finally:
        os.kill(sockets, signal.SIGCONT)


def test_a_killed_process_is_started_again_and_requests_wait_for_it(
    own_server: WebServer, overlay_path: str
) -> None:
    with open_overlay(own_server, overlay_path) as overlay:
        own_server.send(head("GET", LOGIN))
        before = own_server.children()
        for child in before.values():
            os.kill(child, signal.SIGKILL)
        wait_until_closed(overlay)
    assert own_server.send(head("GET", LOGIN)).status == 200
    with open_overlay(own_server, overlay_path) as overlay:
        assert overlay.recv(PATIENCE_S)
    assert not set(own_server.children().values()) & set(before.values())


def test_when_the_accepting_process_is_killed_the_others_end(
    own_server: WebServer, overlay_path: str
) -> None:
    with open_overlay(own_server, overlay_path) as overlay:
        own_server.process.kill()
        wait_until_closed(overlay)


def test_a_server_that_cannot_start_ends_with_an_error(server_environment: dict[str, str]) -> None:
    environment = {**server_environment, "DJANGO_SETTINGS_MODULE": "config.settings.nowhere"}
    with web_server(environment) as broken:
        assert broken.process.wait(PATIENCE_S) != 0


def test_a_port_that_is_taken_is_an_error_that_names_it(server: WebServer) -> None:
    command = [sys.executable, "-m", "config.server", "--port", str(server.port)]
    refused = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert f"port {server.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_process_for_pages_refuses_sockets(server_environment: dict[str, str], overlay_path: str) -> None:
    with web_server(server_environment, "--role", "pages") as pages:
        assert pages.send(head("GET", LOGIN)).status == 200
        with pytest.raises(InvalidStatus) as refused:
            open_overlay(pages, overlay_path)
        assert refused.value.response.status_code == 421


def test_a_process_for_sockets_refuses_pages(server_environment: dict[str, str], overlay_path: str) -> None:
    with web_server(server_environment, "--role", "sockets") as sockets:
        assert sockets.send(head("GET", LOGIN)).status == 421
        with open_overlay(sockets, overlay_path) as overlay:
            assert overlay.recv(PATIENCE_S)


def test_a_client_that_sends_nothing_delays_nobody(server: WebServer) -> None:
    with server.connect(), server.connect() as slow:
        slow.sendall(b"GET /")
        assert server.send(head("GET", LOGIN)).status == 200
        slow.sendall(head("GET", LOGIN).removeprefix(b"GET /"))
        assert slow.recv(12) == b"HTTP/1.1 200"


def test_a_socket_request_that_arrives_letter_by_letter_reaches_the_sockets(server: WebServer) -> None:
    with server.connect() as slow:
        for letter in head("GET", "/ws/nothing/"):
            slow.sendall(bytes([letter]))
        assert slow.recv(12) == b"HTTP/1.1 421"


def test_a_console_gets_frames_larger_than_those_that_it_may_send(
    server: WebServer, tenant: Tenant, session: LiveSession, client_for: Callable[[User], Client], alice: User
) -> None:
    with scope(tenant=tenant):
        for number in range(50):
            ChatEvent.objects.create(
                tenant=tenant,
                session=session,
                session_month=session.log_month,
                source_id=f"line-{number}",
                kind="comment",
                occurred_at=session.created_at,
                received_at=session.created_at,
                text="€" * 1_500,  # three bytes each
            )
    login = client_for(alice).cookies["sessionid"].value
    with connect(
        f"ws://127.0.0.1:{server.port}/ws/console/{session.id}/?language=en",
        open_timeout=PATIENCE_S,
        max_size=None,
        origin=Origin(f"http://127.0.0.1:{server.port}"),
        additional_headers={"Cookie": f"sessionid={login}"},
    ) as console:
        assert len(str(console.recv(PATIENCE_S)).encode()) > MAX_SOCKET_MESSAGE_BYTES
