"""A local server that answers embedding requests as an OpenAI-shaped server would, well or badly."""

import base64
import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import numpy as np

REFUSAL = b'{"error": {"message": "Extra inputs are not permitted: encoding_format", "code": 400}}'


class FakeOpenAIEmbeddings:
    """Serves on loopback while it is entered. A text's vector begins with its length, then holds ones.

    `takes_base64` False: the parameter is refused; `ignores_format`: lists come whatever was asked for.
    `raw` replaces a response's whole body. `requests` are the bodies received.
    """

    def __init__(
        self,
        *,
        dimensions: int = 4,
        takes_base64: bool = True,
        ignores_format: bool = False,
        reports_usage: bool = True,
        statuses: Sequence[int] = (),
        raw: bytes | None = None,
        hangs: bool = False,
    ) -> None:
        self.dimensions = dimensions
        self.takes_base64 = takes_base64
        self.ignores_format = ignores_format
        self.reports_usage = reports_usage
        self.raw = raw
        self.hangs = hangs
        self.statuses = list(statuses)
        self.requests: list[dict[str, Any]] = []
        self.released = threading.Event()
        handler = type("BoundEmbeddingRequest", (_EmbeddingRequest,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: dict[str, Any]) -> tuple[int, bytes]:
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            return status, b'{"error": {"message": "zebra"}}'
        if self.raw is not None:
            return 200, self.raw
        if "encoding_format" in request and not self.takes_base64:
            return 400, REFUSAL
        as_base64 = request.get("encoding_format") == "base64" and not self.ignores_format
        rows = [
            {"object": "embedding", "index": index, "embedding": self._encoded(text, as_base64)}
            for index, text in enumerate(request["input"])
        ]
        body: dict[str, Any] = {"object": "list", "model": request["model"], "data": rows[::-1]}
        if self.reports_usage:
            tokens = 10 * len(rows)
            body["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
        return 200, json.dumps(body).encode()

    def _encoded(self, text: str, as_base64: bool) -> Any:
        vector = np.ones(self.dimensions, dtype="<f4")
        vector[0] = len(text)
        return base64.b64encode(vector.tobytes()).decode() if as_base64 else vector.tolist()


class _EmbeddingRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeOpenAIEmbeddings

    def do_POST(self) -> None:
        status, body = self.fake.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.close_connection = True
        if self.fake.hangs:
            self.fake.released.wait()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client has left, as it should

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Say nothing: the tests read `requests`."""
