"""PostgreSQL is stopped under a live on air: it speaks on, a console mutes it, and all is back afterwards."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from django.conf import LazySettings
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.config.web_server import WebServer, web_server
from tests.fakes.postgres import ROOT, OwnPostgres
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.livesessions.worker.worker_processes import until, workers
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

SCRIPT = """
import json
import os
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django_scopes import scope, scopes_disabled
from livesessions.kill.links import create_link
from livesessions.models.sessions import LiveSession
from tenants.models import User
from tenants.services import create_api_token
call_command("seed_demo", "--rate", "60", stdout=open(os.devnull, "w"))
user = User.objects.get()
tenant = user.tenants.get()
login = import_module(settings.SESSION_ENGINE).SessionStore()
login[SESSION_KEY] = str(user.pk)
login[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
login[HASH_SESSION_KEY] = user.get_session_auth_hash()
login.create()
with scopes_disabled():
    live = LiveSession.objects.select_related("show__overlay").latest("created_at")
with scope(tenant=tenant):
    _, key = create_api_token(tenant=tenant, user=user, name="Tests")
    link = create_link(tenant=tenant, user=user, name="My phone")
print(json.dumps({
    "key": key, "login": login.session_key, "session": str(live.id), "overlay": live.show.overlay.token,
    "show": str(live.show.id), "link": link.token,
}))
"""


# Some minutes of them: at most five a second.
MOST_FRAMES = 600


@dataclass(frozen=True, slots=True)
class OnAir:
    """A live on air, the web server, and the credentials of its owner."""

    web: WebServer
    credentials: dict[str, str]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.web.port}"

    @property
    def path(self) -> str:
        return f"/api/v1/sessions/{self.credentials['session']}/"

    def api(self, method: str, command: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.credentials['key']}", "Accept-Language": "en"}
        url = f"http://{self.address}{self.path}{command}"
        return httpx.request(method, url, headers=headers, timeout=PATIENCE_S)

    def start_another_live(self) -> None:
        """Start another live of the same show; it is the session from now on."""
        created = self._post("/api/v1/sessions/", show=self.credentials["show"], source="simulator")
        self.credentials["session"] = created["id"]
        self._post(f"{self.path}start/")
        until(lambda: self.api("GET").json()["status"] == "active")

    def _post(self, path: str, **body: str) -> Any:
        headers = {"Authorization": f"Bearer {self.credentials['key']}"}
        answer = httpx.post(f"http://{self.address}{path}", headers=headers, json=body, timeout=PATIENCE_S)
        return answer.raise_for_status().json()

    def open_overlay(self) -> ClientConnection:
        address = f"ws://{self.address}/ws/overlay/{self.credentials['overlay']}/?version=2"
        return connect(address, open_timeout=PATIENCE_S, max_size=None)

    def open_console(self) -> ClientConnection:
        return connect(
            f"ws://{self.address}/ws/console/{self.credentials['session']}/?language=en",
            open_timeout=PATIENCE_S,
            max_size=None,
            origin=Origin(f"http://{self.address}"),
            additional_headers={"Cookie": f"sessionid={self.credentials['login']}"},
        )


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="vivavoce-outage-") as folder:
        server = OwnPostgres(Path(folder) / "postgres")
        yield server
        server.close()


@pytest.fixture
def own(settings: LazySettings) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


@pytest.fixture
def on_air(postgres: OwnPostgres, own: OwnRedis, tmp_path: Path) -> Iterator[OnAir]:
    host = quote(postgres.parameters["host"], safe="")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DATABASE_URL": f"postgres://postgres@{host}/postgres",
        "TEST_DATABASE_POOL": "true",  # as in production
        "TEST_REDIS_URL": own.url,
    }
    credentials = json.loads(run(environment, "shell", "-v", "0", "-c", SCRIPT))
    with workers(environment, tmp_path) as start_worker, web_server(environment) as web:
        start_worker(capacity=5)
        yield OnAir(web, credentials)


def run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return done.stdout.decode()


def next_voice(overlay: ClientConnection) -> bytes:
    while isinstance(frame := overlay.recv(PATIENCE_S), str):
        pass
    return frame


def next_message(overlay: ClientConnection, kind: str) -> Any:
    while True:
        frame = overlay.recv(PATIENCE_S)
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == kind:
            return message


def next_frame(console: ClientConnection, text: str) -> str:
    """Return the next frame with a text in it; the live itself sends others all the time."""
    for _ in range(MOST_FRAMES):
        if text in (frame := str(console.recv(PATIENCE_S))):
            return frame
    raise AssertionError(f"{MOST_FRAMES} frames of the console without {text!r}")


def muted_row(postgres: OwnPostgres) -> bool:
    [(muted,)] = postgres.query("SELECT muted FROM livesessions_livesession")
    return bool(muted)


def test_mute_unmute_and_stop_work_from_an_open_console_while_the_database_is_away(
    on_air: OnAir, postgres: OwnPostgres
) -> None:
    # One start of all processes serves both outages.
    mute_and_unmute_while_it_is_away(on_air, postgres)
    stop_while_it_is_away(on_air, postgres)
    press_an_emergency_link_while_it_is_away(on_air, postgres)


def mute_and_unmute_while_it_is_away(on_air: OnAir, postgres: OwnPostgres) -> None:
    """Requests are refused with a time to come back, the console mutes, the live speaks on."""
    with on_air.open_overlay() as overlay, on_air.open_console() as console:
        next_voice(overlay)
        next_frame(console, "whole")
        postgres.stop("immediate")

        refused = on_air.api("POST", "mute/")
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unreachable")
        assert int(refused.headers["Retry-After"]) <= 5
        page = httpx.get(f"http://{on_air.address}/", timeout=PATIENCE_S)
        assert page.status_code == 503
        assert "Our database does not answer" in page.text
        assert int(page.headers["Refresh"]) <= 5
        next_voice(overlay)  # the live speaks on

        console.send('{"command": "mute"}')
        assert next_message(overlay, "mute")["muted"] is True
        assert "/unmute/" in next_frame(console, "Our database is not answering")
        console.send('{"command": "unmute"}')
        while next_message(overlay, "mute")["muted"]:
            pass
        next_voice(overlay)
        console.send('{"command": "mute"}')
        while not next_message(overlay, "mute")["muted"]:
            pass
        for open_socket in (on_air.open_overlay, on_air.open_console):
            assert not attempt(open_socket)

        postgres.start()
        until(lambda: muted_row(postgres))
        assert (
            until(lambda: on_air.api("GET"), lambda answer: answer.status_code == 200).json()["muted"] is True
        )
        assert on_air.api("POST", "unmute/").status_code == 200
        next_voice(overlay)
        for open_socket in (on_air.open_overlay, on_air.open_console):
            assert until(lambda: attempt(open_socket))  # noqa: B023


def stop_while_it_is_away(on_air: OnAir, postgres: OwnPostgres) -> None:
    """The overlay falls silent at once; the end is stored afterwards."""
    with on_air.open_overlay() as overlay, on_air.open_console() as console:
        next_voice(overlay)
        next_frame(console, "whole")
        postgres.stop("immediate")
        console.send('{"command": "stop"}')
        while next_message(overlay, "live")["live"]:
            pass
        next_frame(console, "Ending the live")
        postgres.start()
        ended = until(
            lambda: on_air.api("GET"),
            lambda answer: answer.status_code == 200 and answer.json()["status"] == "ended",
        )
    assert ended.json()["end_reason"] == "stopped"


def press_an_emergency_link_while_it_is_away(on_air: OnAir, postgres: OwnPostgres) -> None:
    """The overlay falls silent, the page says so, and the kill is stored afterwards."""
    on_air.start_another_live()
    page = f"http://{on_air.address}/emergency/{on_air.credentials['link']}/"
    cookies = {"sessionid": on_air.credentials["login"]}
    with on_air.open_overlay() as overlay:
        next_voice(overlay)
        postgres.stop("immediate")
        assert "The button works all the same" in httpx.get(page, cookies=cookies, timeout=PATIENCE_S).text
        pressed = httpx.post(page, cookies=cookies, timeout=PATIENCE_S)
        assert "Your host is silent, and 1 live is being ended." in pressed.text
        while next_message(overlay, "live")["live"]:
            pass
        unknown = httpx.post(f"http://{on_air.address}/emergency/unknown/", timeout=PATIENCE_S)
        assert unknown.status_code == 503
        postgres.start()
        ended = until(
            lambda: on_air.api("GET"),
            lambda answer: answer.status_code == 200 and answer.json()["end_reason"] == "killed",
        )
    assert ended.json()["status"] == "ended"
    [(way, label)] = until(lambda: postgres.query("SELECT way, label FROM livesessions_kill"))
    assert (way, label) == ("link", "My phone")


def attempt(open_socket: Callable[[], ClientConnection]) -> bool:
    """Return whether a socket can be opened and receives something."""
    try:
        with open_socket() as opened:
            return bool(opened.recv(PATIENCE_S))
    except WebSocketException:
        return False
