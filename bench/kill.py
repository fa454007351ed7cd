"""Measures the kill switch: from its press over the REST API to the silence of an open overlay page.

The lives are held by a worker that does nothing, as a frozen one does.
"""

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from django.utils import timezone
from django_scopes import scopes_disabled
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bench.environment import free_port, running_server, temporary_tenant
from bench.report import BenchError, Target, reported
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session
from livesessions.shows.services.shows import create_show
from livesessions.worker import leases
from tenants.models import Membership
from tenants.services import create_api_token

TARGETS = (
    Target("silent_ms.p50", at_most=100.0, scaled=True),
    Target("silent_ms.p95", at_most=300.0, scaled=True),
)
PATIENCE_S = 10.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--lives", type=int, default=50)
    lives = parser.parse_args(arguments).lives
    with reported(TARGETS) as figures:
        figures |= measure(lives)


def measure(lives: int) -> dict[str, Any]:
    port = free_port()
    with scopes_disabled(), temporary_tenant() as tenant, running_server(port):
        show = create_show(tenant=tenant, name="Bench", language="it")
        user = Membership.objects.get(tenant=tenant).user
        _token, key = create_api_token(tenant=tenant, user=user, name="Bench")
        with _open_page(port, show) as page:
            took = [_kill(page, port, key, _held_live(show)) for _ in range(lives)]
    return {
        "lives": lives,
        "silent_ms": _spread([silent for silent, _ in took]),
        "answered_ms": _spread([answered for _, answered in took]),
    }


@contextmanager
def _open_page(port: int, show: Show) -> Iterator[ClientConnection]:
    address = f"ws://127.0.0.1:{port}/ws/overlay/{show.overlay.token}/"
    with connect(address, origin=Origin(f"http://127.0.0.1:{port}")) as page:
        page.recv(PATIENCE_S)
        yield page


def _held_live(show: Show) -> LiveSession:
    session = create_session(show=show, source=LiveSession.Source.SIMULATOR)
    LiveSession.objects.filter(id=session.id).update(start_requested_at=timezone.now())
    held = leases.claim(session_id=session.id, owner="frozen")
    if held is None:
        raise BenchError("Another worker took the bench's live: stop it first.")
    return held


def _kill(page: ClientConnection, port: int, key: str, session: LiveSession) -> tuple[float, float]:
    """Kill a live; return after how many milliseconds the page was told and the request was answered."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    pressed_s = time.monotonic()
    connection.request(
        "POST", f"/api/v1/sessions/{session.id}/kill/", headers={"Authorization": f"Bearer {key}"}
    )
    while json.loads(page.recv(PATIENCE_S)) != {"type": "live", "live": False}:
        pass
    silent_s = time.monotonic()
    answer = connection.getresponse()
    answered_s = time.monotonic()
    if answer.status != 200:
        raise BenchError(f"The kill was answered with {answer.status}.")
    connection.close()
    _skip_repeated(page)
    return 1000 * (silent_s - pressed_s), 1000 * (answered_s - pressed_s)


def _skip_repeated(page: ClientConnection) -> None:
    """Skip what arrives of the same order by the other ways."""
    try:
        while True:
            page.recv(0.2)
    except TimeoutError:
        return


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "p50": round(statistics.median(values), 1),
        "p95": round(statistics.quantiles(values, n=20)[-1], 1),
        "max": round(max(values), 1),
    }


if __name__ == "__main__":
    main()
