"""A local server that answers moderations as an OpenAI-shaped server would, well or badly."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One scripted answer: scores by category, those from 0.5 on flagged; `raw` replaces the whole body."""

    scores: tuple[tuple[str, float], ...] = ()
    status: int = 200
    raw: bytes | None = None
    hangs: bool = False

    @property
    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": "zebra: scripted fault", "type": "zebra"}}).encode()
        scores = dict.fromkeys(CATEGORIES, 0.001) | dict(self.scores)
        categories = {category: score >= 0.5 for category, score in scores.items()}
        flagged = any(categories.values())
        result = {"flagged": flagged, "categories": categories, "category_scores": scores}
        return json.dumps({"id": "modr-fake", "model": "omni-fake", "results": [result]}).encode()


class FakeOpenAIModeration:
    """Serves on loopback while it is entered. Answers come in order and the last one stays, or by text.

    `requests` are the bodies received, `most_at_once` how many were being answered at the same time.
    """

    def __init__(self, *answers: Judged, judge: Callable[[str], Judged] | None = None) -> None:
        self._answers = deque(answers or (Judged(),))
        self._judge = judge
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._at_once = 0
        self.most_at_once = 0
        self.requests: list[dict[str, Any]] = []
        handler = type("BoundModerationRequest", (_ModerationRequest,), {"fake": self})
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
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: dict[str, Any]) -> Judged:
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            if self._judge is not None:
                return self._judge(request["input"])
            return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]

    def answered(self) -> None:
        with self._lock:
            self._at_once -= 1

    def wait_for_release(self) -> None:
        self._released.wait()


class _ModerationRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeOpenAIModeration

    def do_POST(self) -> None:
        judged = self.fake.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.close_connection = True
        try:
            if judged.hangs:
                self.fake.wait_for_release()
            self._send(judged)
        except OSError:
            pass  # the client has left, as it should
        finally:
            self.fake.answered()

    def _send(self, judged: Judged) -> None:
        self.send_response(judged.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(judged.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(judged.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Say nothing: the tests read `requests`."""
