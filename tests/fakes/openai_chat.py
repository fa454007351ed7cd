"""A local server that answers chat completions as an OpenAI-shaped server would, well or badly."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Ending(Enum):
    """How an answer ends: properly, with the connection cut, in silence, or never."""

    DONE = auto()
    CUT = auto()
    UNFINISHED = auto()
    HANG = auto()
    ENDLESS = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer. `raw` replaces the stream's whole body; `error` is a status error's JSON.

    `keeps_open` leaves the connection open for the next request.
    """

    deltas: tuple[str, ...] = ()
    status: int = 200
    usage: tuple[int, int] | None = (25, 7)
    ending: Ending = Ending.DONE
    finish_reason: str = "stop"
    raw: bytes | None = None
    error: dict[str, Any] | None = None
    keeps_open: bool = False


class FakeOpenAIChat:
    """Serves on loopback while it is entered. Answers are used in order, and the last one stays.

    `requests` are the bodies received, `headers` and `connections` those that they came with and over;
    `client_left` is set when a client hangs up in mid-answer.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = deque(answers or (Answer(deltas=("Ciao a tutti!",)),))
        self._released = threading.Event()
        self.client_left = threading.Event()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[int] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._bound_handler())
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
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_answer(self, request: dict[str, Any]) -> Answer:
        self.requests.append(request)
        return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]

    def wait_for_release(self) -> None:
        self._released.wait()

    @property
    def released(self) -> bool:
        return self._released.is_set()

    def _bound_handler(self) -> type[BaseHTTPRequestHandler]:
        return type("BoundChatRequest", (_ChatRequest,), {"fake": self})


class _ChatRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeOpenAIChat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.fake.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.fake.connections.add(self.client_address[1])
        answer = self.fake.next_answer(json.loads(body))
        self.close_connection = not answer.keeps_open
        try:
            self._send(answer)
        except OSError:
            self.fake.client_left.set()

    def _send(self, answer: Answer) -> None:
        if answer.status != 200:
            self._send_error(answer)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        if not answer.keeps_open:
            self.send_header("Connection", "close")
        self.end_headers()
        for part in _stream(answer):
            self._send_chunk(part)
        self._end(answer.ending)

    def _send_error(self, answer: Answer) -> None:
        error = answer.error or {"message": "scripted fault", "type": "fake"}
        body = json.dumps({"error": error}).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _end(self, ending: Ending) -> None:
        if ending is Ending.HANG:
            self.fake.wait_for_release()
        while ending is Ending.ENDLESS and not self.fake.released:
            self._send_chunk(_event({"content": "bla "}, None))
        if ending in {Ending.DONE, Ending.UNFINISHED}:
            self.wfile.write(b"0\r\n\r\n")

    def _send_chunk(self, part: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Say nothing: the tests read `requests`."""


def _stream(answer: Answer) -> Iterator[bytes]:
    if answer.raw is not None:
        yield answer.raw
        return
    yield _event({"role": "assistant", "content": ""}, None)
    for delta in answer.deltas:
        yield _event({"content": delta}, None)
    if answer.ending is not Ending.DONE:
        return
    yield _event({}, answer.finish_reason)
    if answer.usage is not None:
        yield _usage_event(*answer.usage)
    yield b"data: [DONE]\n\n"


def _event(delta: dict[str, str], finish_reason: str | None) -> bytes:
    return _data([{"index": 0, "delta": delta, "finish_reason": finish_reason}], None)


def _usage_event(prompt_tokens: int, completion_tokens: int) -> bytes:
    total = prompt_tokens + completion_tokens
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens, "total_tokens": total}
    return _data([], usage)


def _data(choices: list[dict[str, Any]], usage: dict[str, int] | None) -> bytes:
    chunk = {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "fake",
        "choices": choices,
        "usage": usage,
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
