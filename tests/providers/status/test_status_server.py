"""Processes without pages answer the same addresses on a port of their own."""

from http.client import HTTPConnection

import pytest

from config.environment import Environment
from providers.status.answers import StatusPages
from providers.status.checks import ReadinessProbe
from providers.status.server import StatusServer, status_server
from tests.patience import PATIENCE_S

LIVING = StatusPages(readiness=ReadinessProbe({"redis": lambda: "ok"}))


def ask(server: StatusServer | None, path: str, method: str = "GET") -> tuple[int, str]:
    assert server is not None
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE_S)
    connection.request(method, path, headers={"Authorization": "Bearer metrics-of-the-tests"})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_a_worker_answers_all_three() -> None:
    with status_server("127.0.0.1:0", LIVING) as server:
        assert ask(server, "/healthz") == (200, "ok\n")
        assert ask(server, "/readyz?verbose") == (200, '{"ready": true, "checks": {"redis": "ok"}}')
        assert "vivavoce_worker_lives" in ask(server, "/metrics")[1]
        assert ask(server, "/") == (404, "not found\n")
        assert ask(server, "/healthz", "HEAD") == (200, "")


def test_a_worker_whose_loop_stands_still_says_so() -> None:
    figures: list[str] = []
    pages = StatusPages(is_alive=lambda: False, before_metrics=lambda: figures.append("updated"))
    with status_server("127.0.0.1:0", pages) as server:
        assert ask(server, "/healthz") == (503, "stalled\n")
        ask(server, "/metrics")
    assert figures == ["updated"]


def test_without_an_address_nothing_listens() -> None:
    with status_server("", LIVING) as server:
        assert server is None


@pytest.mark.parametrize("value", ["9100", ":9100", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000"])
def test_a_malformed_address_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Environment.ENVIRON, "STATUS_ADDRESS", value)
    with pytest.raises(Exception, match="STATUS_ADDRESS in the environment must look like"):
        Environment().host_and_port("STATUS_ADDRESS", default="")
