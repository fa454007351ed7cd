"""The processes of a deployment start under production's settings, become ready, and end on SIGTERM."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config.deploy_check import PLACEHOLDERS
from config.server.health import main as ask_health
from config.server.management.commands.run_node import node_programs
from config.settings.base import BASE_DIR
from tests.config.web_server import web_server
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COMMANDS = {
    "sockets": ["-m", "config.server", "--role", "sockets", "--port", "0"],
    "lives": ["manage.py", "run_lives"],
    "background": ["manage.py", "run_background_jobs"],
}
SERVED = "status served: port="


@pytest.fixture
def production(server_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a container: production's settings, and folders that may be written."""
    return {
        **server_environment,
        **PLACEHOLDERS,
        "DATABASE_URL": server_environment["TEST_DATABASE_URL"],
        "REDIS_URL": server_environment["TEST_REDIS_URL"],
        "LOG_FORMAT": "json",
        "STATUS_ADDRESS": "127.0.0.1:0",
        **{name: str(tmp_path / name) for name in ("MEDIA_ROOT", "AUDIO_CACHE_DIR", "REPLY_AUDIO_DIR")},
    }


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[Path]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=BASE_DIR, env=environment, stdout=output, stderr=output
        )
    try:
        yield log
    finally:
        process.terminate()
        status = process.wait(PATIENCE_S)
    assert status in (0, -15), log.read_text()


def status_port(log: Path) -> int:
    """Return the port that a process has said it answers at. Python's own warnings are no JSON."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        whole = log.read_text().rpartition("\n")[0]
        for line in filter(lambda line: line.startswith("{"), whole.splitlines()):
            event = json.loads(line)["event"]
            if event.startswith(SERVED):
                return int(event.removeprefix(SERVED))
        time.sleep(POLL_S)
    raise AssertionError(log.read_text())


def becomes_ready(port: int) -> bool:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()
        if response.status == 200:
            return bool(body["ready"])
        time.sleep(10 * POLL_S)
    raise AssertionError(body)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_process_without_pages_becomes_ready_and_ends(
    name: str, production: dict[str, str], tmp_path: Path
) -> None:
    with running(COMMANDS[name], production, tmp_path / "log") as log:
        port = status_port(log)
        assert becomes_ready(port)
        assert ask_health([str(port)]) == 0


def test_the_pages_become_ready_for_whoever_asks(production: dict[str, str]) -> None:
    with web_server(production, "--role", "pages") as server:
        assert becomes_ready(server.port)
        assert ask_health([str(server.port)]) == 0
    assert ask_health([str(server.port)]) == 1


def test_a_node_runs_a_worker_for_each_core_and_gives_each_an_address() -> None:
    programs = node_programs(host="127.0.0.1", port=8000, workers=2, background=True, status_port=9100)
    assert [program.name for program in programs] == ["web", "lives-1", "lives-2", "jobs"]
    assert [program.environment.get("STATUS_ADDRESS") for program in programs] == [
        None,
        "127.0.0.1:9100",
        "127.0.0.1:9101",
        "127.0.0.1:9102",
    ]
    alone = node_programs(host="127.0.0.1", port=8000, workers=0, background=False, status_port=0)
    assert [program.name for program in alone] == ["web"]
