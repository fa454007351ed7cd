import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from overlay.models import Overlay
from overlay.services import rotate_token
from tenants.models import User
from tests.browser.conftest import _start_server, _wait_until_it_answers
from tests.overlay.conftest import make_overlay
from tests.overlay.reactions import wait_until_silent
from tests.overlay.studio import Studio, open_studio, tone
from tests.overlay.viewing import Viewer
from tests.patience import PATIENCE_S


class Server:
    """A web server that can be killed and started again at the same address."""

    def __init__(self, listener: socket.socket, environment: dict[str, str], log: Path) -> None:
        self._listener = listener
        self._environment = environment
        self._log = log
        self.port: int = listener.getsockname()[1]
        self.start()

    def start(self) -> None:
        self._process = _start_server(self._listener, self._environment, self._log)
        _wait_until_it_answers(self.port, self._log)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_S)


@pytest.fixture
def server(server_environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, server_environment, tmp_path / "server.log")
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture
def overlay(make_user: Callable[[str], User]) -> Overlay:
    return make_overlay(make_user("Alice"))


@pytest.fixture
def studio(overlay: Overlay) -> Iterator[Studio]:
    with open_studio(overlay.id, settings.REDIS_URL) as studio:
        yield studio


def test_after_a_restart_of_the_server_the_page_comes_back_and_speaks(
    server: Server, page: Page, overlay: Overlay, studio: Studio
) -> None:
    viewer = Viewer(page, f"http://127.0.0.1:{server.port}")
    viewer.open(overlay)
    broken = uuid4()
    studio.do(studio.publisher.begin(broken, "Una storia interrotta."))
    studio.sound(broken, 0, tone(0.6))
    viewer.wait_for_report("started", broken)
    server.kill()
    page.wait_for_selector("[data-connected=false]")
    studio.do(studio.publisher.chat("1", "Marta", "ci sei?", "comment"))
    server.start()
    viewer.wait_until_connected()
    expect(page.locator("#chat .text")).to_have_text("ci sei?")
    after = studio.say("Eccomi di nuovo.", 0.3)
    viewer.wait_for_report("ended", after)
    broken_off = viewer.wait_for_report("ended", broken)
    assert broken_off["played_ms"] == pytest.approx(600, abs=60)  # all that there was of it
    assert len([report for report in viewer.reports if report["type"] == "started"]) == 2, (
        "nothing is repeated"
    )


def rotate(overlay: Overlay) -> None:
    with closing(connection):
        rotate_token(overlay=overlay)


def test_a_page_on_a_rotated_address_says_so_and_is_silent(
    server_url: str, page: Page, overlay: Overlay, studio: Studio
) -> None:
    viewer = Viewer(page, server_url)
    viewer.open(overlay)
    utterance = studio.say("Una storia molto lunga.", 20.0)
    viewer.wait_until_heard()
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop runs in this one
        thread.submit(rotate, overlay).result()
    expect(page.locator("#gone")).to_be_visible()
    expect(page.locator("#caption")).to_be_hidden()
    wait_until_silent(page)
    assert [report["type"] for report in viewer.reports if report["utterance"] == str(utterance)] == [
        "started"
    ]
    assert len([url for url in viewer.requests if url.endswith("/")]) == 1
