"""Serves the API and the pages on loopback, with idempotency keys and faults on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.stripe_server import pages
from tests.fakes.stripe_server.forms import read_form
from tests.fakes.stripe_server.routes import answer
from tests.fakes.stripe_server.world import Obj, StripeRefusal, World


class LocalStripe(ThreadingHTTPServer):
    """One local Stripe; `world` is its state."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.world = World()
        self.world.base_url = self.url

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: LocalStripe
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Say that it runs, to whoever waits for it."""
        self._write(200, "text/html; charset=utf-8", b"")

    def do_GET(self) -> None:
        self._respond("GET")

    def do_POST(self) -> None:
        self._respond("POST")

    def do_DELETE(self) -> None:
        self._respond("DELETE")

    def _respond(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        address = urlsplit(self.path)
        sent = read_form(address.query if method != "POST" else body)
        if address.path.startswith("/v1/"):
            status, found = self._api(method, address.path.removeprefix("/v1/"), sent)
            self._write(status, "application/json", json.dumps(found).encode())
            return
        with self.server.world.lock:
            page = pages.respond(self.server.world, method, address.path, sent)
        headers = {"Location": page.location} if page.location else {}
        self._write(page.status, "text/html; charset=utf-8", page.html.encode(), headers)

    def _api(self, method: str, path: str, sent: Obj) -> tuple[int, Obj]:
        """Answer once for each idempotency key, as Stripe does."""
        world, key = self.server.world, self.headers.get("Idempotency-Key", "")
        if not self.headers.get("Authorization", "").startswith("Bearer "):
            return 401, StripeRefusal("You did not provide an API key.").body
        with world.lock:
            world.requests.append((method, path, sent))
            if world.faults:
                return world.faults.pop(0), StripeRefusal("Something went wrong.", kind="api_error").body
            asked = f"{method} {path} {json.dumps(sent, sort_keys=True)}"
            if method == "POST" and key in world.answers:
                return _repeated(world.answers[key], asked)
            status, found = _answered(world, method, path, sent)
            if method == "POST" and key and status < 500:
                world.answers[key] = [asked, status, found]
            return status, found

    def _write(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_local")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing to the terminal."""


def _answered(world: World, method: str, path: str, sent: Obj) -> tuple[int, Obj]:
    try:
        return 200, answer(world, method, path, sent)
    except StripeRefusal as refusal:
        return refusal.status, refusal.body
    except KeyError as missing:
        return 400, StripeRefusal(f"Missing required param: {missing}.", code="parameter_missing").body


def _repeated(known: list[Any], asked: str) -> tuple[int, Obj]:
    before, status, found = known
    if before != asked:
        words = "This idempotency key was first used with other parameters."
        return 400, StripeRefusal(words, kind="idempotency_error").body
    return status, found


@contextmanager
def local_stripe(port: int = 0) -> Iterator[LocalStripe]:
    """Run a local Stripe in a thread of this process."""
    with LocalStripe(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="stripe")
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
