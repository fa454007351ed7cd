"""ElevenLabs' WebSocket on the loopback: several contexts a socket, each answered in a thread of its own."""

import json
import logging
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.fakes.speech_http import Answer, Asked, FakeSpeech
from tests.fakes.spoken import Speech
from tests.patience import PATIENCE_S

MOST_CONTEXTS = 5
TOO_MANY = {"message": "Maximum simultaneous contexts", "error": "max_active_conversations", "code": 1008}

# The library writes down everything that it hears, and tests read what is written down.
_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.WARNING)


@dataclass(eq=False)
class Context:
    """One context, with all that it was told."""

    id: str
    told: dict[str, Any] = field(default_factory=dict)
    closed: threading.Event = field(default_factory=threading.Event)


class FakeElevenLabsSocket(FakeSpeech):
    """Answers `/v1/text-to-speech/<voice>/multi-stream-input`; give its `url` as the base URL.

    A context speaks when it is flushed, and ends when it is closed too and all of its audio is sent.
    `answers` are for certain texts; `raw` is sent before the audio, as it is; a `farewell` is sent instead of
    anything, before it hangs up. `handshakes` are all that were tried, `closes` the contexts told to
    close, `ended` those that said all. `most_open` were open at once on one socket; `sockets` are open now.
    The `door` holds handshakes back.
    """

    def __init__(self, *, speech: Speech | None = None) -> None:
        super().__init__(speech=speech)
        self.answers: dict[str, Answer] = {}
        self.raw: str | bytes | None = None
        self.farewell: str | None = None
        self.handshakes: list[Asked] = []
        self.closes: list[str] = []
        self.ended: list[str] = []
        self.most_open = 0
        self.sockets = 0
        self.door = threading.Event()
        self.door.set()
        self.stirred = threading.Condition()
        self._server: Server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._greet,
            compression=None,
            ping_interval=None,
            close_timeout=0.2,
            logger=_quiet,
        )
        self.port = self._server.socket.getsockname()[1]

    def listen(self) -> None:
        self._server.serve_forever()

    def leave(self) -> None:
        self.door.set()
        self._server.shutdown()

    def hang_up(self) -> None:
        """Close every socket."""
        for connection in self._server.connections:
            connection.close()

    def words_of(self, asked: Asked) -> tuple[str, str]:
        return asked.body["text"], asked.query["language_code"]

    def answer_to(self, asked: Asked) -> Answer:
        return self.answers.get(asked.body["text"].strip()) or super().answer_to(asked)

    def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = _asked(request)
        self._note(lambda: self.handshakes.append(asked))
        self.door.wait()
        known = asked.path.endswith("/multi-stream-input")
        if known and self.answer.status == 200:
            return None
        self.asked.append(asked)
        body = b"".join(self.answer.pieces)
        headers = Headers(
            {"content-length": str(len(body)), "location": f"ws://127.0.0.1:{self.port}/elsewhere"}
        )
        return Response(self.answer.status if known else 404, "no", headers, body)

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        contexts: dict[str, Context] = {}
        self._note(lambda: self._count(1))
        try:
            if self.farewell is not None:
                connection.send(self.farewell)
                connection.close(1008)
            for message in connection:
                self._hear(connection, contexts, json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            for context in list(contexts.values()):
                context.closed.set()
            self._note(lambda: self._count(-1))

    def _count(self, sockets: int) -> None:
        self.sockets += sockets

    def _hear(self, connection: ServerConnection, contexts: dict[str, Context], told: dict[str, Any]) -> None:
        context = contexts.get(told["context_id"])
        if told.get("close_context"):
            if context is not None:
                context.closed.set()
            self._note(lambda: self.closes.append(told["context_id"]))
            return
        if context is None:
            context = contexts[told["context_id"]] = Context(told["context_id"])
            self.most_open = max(self.most_open, len(contexts))
            if len(contexts) > MOST_CONTEXTS:
                connection.send(json.dumps(TOO_MANY))
                connection.close(1008)
                return
        context.told |= told
        if told.get("flush"):
            assert connection.request is not None
            line = replace(_asked(connection.request), body=context.told)
            self._note(lambda: self.asked.append(line))
            speaking = (connection, contexts, context, self.answer_to(line))
            threading.Thread(target=self._speak, args=speaking, daemon=True).start()

    def _speak(
        self, connection: ServerConnection, contexts: dict[str, Context], context: Context, answer: Answer
    ) -> None:
        if answer.hang:
            return
        self.closing.wait(answer.first_byte_delay_s)
        try:
            if self.raw is not None:
                connection.send(self.raw)
            for number, piece in enumerate(answer.pieces):
                if number == answer.hold_after:
                    self.gate.wait()
                audio = {"audio": b64encode(piece).decode(), "isFinal": None, "contextId": context.id}
                connection.send(json.dumps(audio))
                self.closing.wait(len(piece) / answer.bytes_per_s)
            if answer.cut:
                connection.close()
                return
            context.closed.wait()
            del contexts[context.id]
            connection.send(json.dumps({"audio": "", "isFinal": True, "contextId": context.id}))
        except ConnectionClosed:
            pass
        finally:
            self._note(lambda: self.ended.append(context.id))

    def _note(self, what: Callable[[], None]) -> None:
        with self.stirred:
            what()
            self.stirred.notify_all()

    def wait_until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so of what is counted here."""
        with self.stirred:
            assert self.stirred.wait_for(so, timeout=PATIENCE_S)


def _asked(request: Request) -> Asked:
    address = urlsplit(request.path)
    headers = {name.lower(): value for name, value in request.headers.raw_items()}
    return Asked(address.path, dict(parse_qsl(address.query)), headers, {})
