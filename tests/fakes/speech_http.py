"""Real servers on the loopback that answer as a speech service would, well or badly; here over HTTP."""

import json
import math
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.spoken import Speech
from tests.fakes.synthesizer import tone


def in_pieces(audio: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(audio[start : start + size] for start in range(0, len(audio), size))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the next requests get. `hold_after` pieces it waits for the server's `gate`; `cut` breaks the
    connection instead of ending the body; `hang` accepts the request and never says a word; `bytes_per_s`
    is how fast the body comes."""

    status: int = 200
    content_type: str = "audio/pcm"
    pieces: tuple[bytes, ...] = field(default_factory=lambda: in_pieces(tone(1.0), 4_800))
    first_byte_delay_s: float = 0.0
    hold_after: int | None = None
    cut: bool = False
    hang: bool = False
    bytes_per_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]
    text: str = ""


class FakeSpeech:
    """A speech service on the loopback, in a thread of its own: gives `answer`, and keeps what it was asked.

    With a `speech` it really says what it is asked for.
    """

    port: int

    def __init__(self, *, speech: Speech | None = None) -> None:
        self.answer = Answer()
        self.speech = speech
        self.asked: list[Asked] = []
        self.gate = threading.Event()
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self.gate.set()
        self.leave()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Serve, until told to leave."""
        raise NotImplementedError

    def leave(self) -> None:
        raise NotImplementedError

    def fail(self, status: int) -> None:
        """Answer with this status and an error object."""
        error = json.dumps({"error": {"message": "no"}, "detail": {"status": "no"}}).encode()
        self.answer = Answer(status=status, content_type="application/json", pieces=(error,))

    def words_of(self, asked: Asked) -> tuple[str, str]:
        """Return the text that a request asks for, and its language."""
        raise NotImplementedError

    def answer_to(self, asked: Asked) -> Answer:
        if self.speech is None:
            return self.answer
        pieces = self.speech.pieces(*self.words_of(asked))
        pace, first_s = self.speech.bytes_per_s, self.speech.first_byte_s
        return Answer(pieces=pieces, first_byte_delay_s=first_s, bytes_per_s=pace)


class FakeSpeechServer(FakeSpeech):
    """Answers over HTTP at `path_suffix`. Everything else is a 404."""

    path_suffix = ""

    def __init__(self, *, speech: Speech | None = None) -> None:
        super().__init__(speech=speech)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._request_handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def listen(self) -> None:
        self._server.serve_forever(0.01)

    def leave(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _request_handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                address = urlsplit(self.path)
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(text) if "json" in headers["content-type"] else {}
                asked = Asked(address.path, dict(parse_qsl(address.query)), headers, body, text)
                fake.asked.append(asked)
                self.close_connection = True
                if not address.path.endswith(fake.path_suffix):
                    self.send_error(404)
                else:
                    self._answer(fake.answer_to(asked))

            def _answer(self, answer: Answer) -> None:
                if answer.hang:
                    fake.closing.wait()
                    return
                fake.closing.wait(answer.first_byte_delay_s)
                self.send_response(answer.status)
                self.send_header("content-type", answer.content_type)
                self.send_header("transfer-encoding", "chunked")
                self.send_header("connection", "close")
                self.end_headers()
                try:
                    self._send_body(answer)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def _send_body(self, answer: Answer) -> None:
                for number, piece in enumerate(answer.pieces):
                    if number == answer.hold_after:
                        fake.gate.wait()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    fake.closing.wait(len(piece) / answer.bytes_per_s)
                if not answer.cut:
                    self.wfile.write(b"0\r\n\r\n")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
                pass

        return Exchange
