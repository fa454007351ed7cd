"""Serves the status addresses of a process that serves no pages, such as a worker."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from django.db import connections

from providers.status.answers import NOT_FOUND, StatusPages

logger = logging.getLogger(__name__)

CLIENT_TIMEOUT_S: Final = 10.0


class StatusServer(ThreadingHTTPServer):
    """An HTTP server in threads of its own, which end with the process.

    Raises OSError when it cannot listen at the address.
    """

    daemon_threads = True

    def __init__(self, host: str, port: int, pages: StatusPages) -> None:
        super().__init__((host, port), _StatusRequest)
        self.pages = pages


@contextmanager
def status_server(address: str, pages: StatusPages) -> Iterator[StatusServer | None]:
    """Serve the status pages at `host:port` for as long as the context lasts; at none where it is empty."""
    if not address:
        yield None
        return
    host, _, port = address.rpartition(":")
    with StatusServer(host.strip("[]"), int(port), pages) as server:
        logger.info("status served: port=%d", server.server_port)
        thread = Thread(target=server.serve_forever, name="status", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _StatusRequest(BaseHTTPRequestHandler):
    server: StatusServer
    timeout = CLIENT_TIMEOUT_S
    server_version, sys_version = "vivavoce", ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        try:
            answer = self.server.pages.answer(path, self.headers.get("Authorization", "")) or NOT_FOUND
        finally:
            connections.close_all()  # this request's thread ends, and its database connection would stay open
        self.send_response(HTTPStatus(answer.status))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Log nothing: probes come every few seconds."""
