"""TikTok played on 127.0.0.1: live page, room checks, sign server and push socket, for the real client.

    async with FakeWebcast() as tiktok:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Send(control(3)))
        source = TikTokSource("giulia", endpoints=tiktok.endpoints)

Each connection to a room plays the next of its scripts (the last one again and again), then holds the line
until the client leaves. Rooms and the sign server misbehave as told by `RoomFault` and `SignFault`.
"""

import asyncio
import gzip
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from google.protobuf.message import Message
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from livesessions.sources import webcast_pb2 as pb
from livesessions.sources.tiktok import TikTokEndpoints

ENDED, SUSPENDED = 3, 4
PATIENCE_S = 10
FIRST_MSG_ID = 7_290_000_000_000_000_001
_ids = itertools.count(FIRST_MSG_ID)


# Messages, as TikTok would encode them.


def envelope(message: Message, *, msg_id: int = 0) -> pb.Envelope:
    """Wrap any webcast message: gives it an id (a fresh one unless told) and its method's name."""
    number = msg_id or next(_ids)
    method = type(message).__name__
    common: pb.Common = message.common  # type: ignore[attr-defined]
    common.method = method
    common.msg_id = number
    return pb.Envelope(method=method, payload=message.SerializeToString(), msg_id=number)


def user(name: str = "Giulia", *, number: int = 42) -> pb.User:
    return pb.User(id=number, nickname=name, display_id=name.lower().replace(" ", "."))


def comment(text: str, *, by: pb.User | None = None, msg_id: int = 0) -> pb.Envelope:
    return envelope(pb.WebcastChatMessage(user=by or user(), content=text), msg_id=msg_id)


def gift(count: int, *, group: int = 1, over: bool = False, by: pb.User | None = None) -> pb.Envelope:
    rose = pb.Gift(id=5655, type=1, diamond_count=1, name="Rose")
    return envelope(
        pb.WebcastGiftMessage(
            gift_id=5655,
            user=by or user(),
            gift=rose,
            repeat_count=count,
            repeat_end=int(over),
            group_id=group,
        )
    )


def like(count: int = 1, *, by: pb.User | None = None) -> pb.Envelope:
    return envelope(pb.WebcastLikeMessage(user=by or user(), count=count))


def viewers(now: int) -> pb.Envelope:
    return envelope(pb.WebcastRoomUserSeqMessage(total=now))


def control(action: int) -> pb.Envelope:
    return envelope(pb.WebcastControlMessage(action=action))


def deletion(*msg_ids: int, of_viewers: tuple[int, ...] = ()) -> pb.Envelope:
    return envelope(pb.WebcastImDeleteMessage(delete_msg_ids=msg_ids, delete_user_ids=of_viewers))


def broken(method: str = "WebcastChatMessage") -> pb.Envelope:
    return pb.Envelope(method=method, payload=b"\x0a\xff\xff", msg_id=next(_ids))


# Scripts: what a connection does, step after step.


@dataclass(frozen=True)
class Stage:
    """What a step may touch: the socket it plays on, and the room."""

    socket: ServerConnection
    room: "FakeRoom"


class Step:
    """One thing that TikTok does on the push socket."""

    async def play(self, stage: Stage) -> None:
        raise NotImplementedError


class Send(Step):
    """Push one batch of messages."""

    def __init__(self, *messages: pb.Envelope, compressed: bool = True) -> None:
        self._messages = messages
        self._compressed = compressed

    async def play(self, stage: Stage) -> None:
        batch = pb.FetchResult(messages=self._messages, cursor="next", need_ack=True, internal_ext="ext")
        payload = batch.SerializeToString()
        frame = pb.PushFrame(log_id=7, payload_type="msg", payload_encoding="pb", payload=payload)
        if self._compressed:
            frame.payload = gzip.compress(payload)
            frame.headers["compress_type"] = "gzip"
        await stage.socket.send(frame.SerializeToString())


class SendRaw(Step):
    """Push a frame of any bytes, or a text frame."""

    def __init__(self, frame: bytes | str) -> None:
        self._frame = frame

    async def play(self, stage: Stage) -> None:
        await stage.socket.send(self._frame)


class Cut(Step):
    """Break the connection without a word."""

    async def play(self, stage: Stage) -> None:
        stage.socket.transport.abort()


class Close(Step):
    """Close the socket in due form."""

    def __init__(self, code: int = 1000) -> None:
        self._code = code

    async def play(self, stage: Stage) -> None:
        await stage.socket.close(self._code)


class WaitFor(Step):
    """Wait until the test says so."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def play(self, stage: Stage) -> None:
        await self._event.wait()


class RoomFault(Enum):
    """How TikTok's own pages misbehave for a room."""

    OFFLINE = auto()
    ENDED_ROOM = auto()
    AGE_RESTRICTED = auto()
    NO_STATE = auto()
    CAPTCHA = auto()
    REFUSED = auto()


class SignFault(Enum):
    """How the sign server misbehaves."""

    RATE_LIMITED = auto()
    RATE_LIMITED_BARE = auto()
    RATE_LIMITED_NOT_JSON = auto()
    FAILED = auto()
    BAD_KEY = auto()
    EMPTY = auto()
    GARBAGE = auto()
    NO_COOKIES = auto()
    NO_PUSH_SERVER = auto()


@dataclass
class FakeRoom:
    """A live: its scripts, its fault, and what its viewers' clients sent."""

    handle: str
    room_id: int
    fault: RoomFault | None = None
    backlog: list[pb.Envelope] = field(default_factory=list)
    connections: int = 0
    open_sockets: int = 0
    received: Counter[str] = field(default_factory=Counter)
    _scripts: list[tuple[Step, ...]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def play(self, *steps: Step) -> None:
        """Add the script of one connection."""
        self._scripts.append(steps)

    async def wait_until(self, holds: Callable[["FakeRoom"], bool]) -> None:
        """Return once `holds` is true of this room: of `received` (frame types), `open_sockets` and so on."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def serve(self, socket: ServerConnection) -> None:
        """Play the next script on a new connection, and listen to it until it is over."""
        script = self._scripts[min(self.connections, len(self._scripts) - 1)] if self._scripts else ()
        self.connections += 1
        await self._note_socket(+1)
        # A script may wait for what the client sends, so both run at once.
        async with asyncio.TaskGroup() as group:  # noqa: TID251 (a fake server, nothing supervises it)
            playing = group.create_task(self._play(script, socket))
            with suppress(ConnectionClosed):
                async for data in socket:
                    await self._note_frame(data)
            playing.cancel()
        await self._note_socket(-1)

    async def _play(self, script: tuple[Step, ...], socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for step in script:
                await step.play(Stage(socket, self))

    async def _note_frame(self, data: str | bytes) -> None:
        async with self._changed:
            self.received[pb.PushFrame.FromString(data).payload_type] += 1  # type: ignore[arg-type]
            self._changed.notify_all()

    async def _note_socket(self, change: int) -> None:
        async with self._changed:
            self.open_sockets += change
            self._changed.notify_all()


class FakeWebcast:
    """The server. Unknown handles are unknown users."""

    def __init__(self) -> None:
        self.sign_fault: SignFault | None = None
        self.signed = 0
        self.sign_api_keys: list[str | None] = []
        self._rooms: dict[str, FakeRoom] = {}
        self._server: Server | None = None
        self._routes: list[tuple[re.Pattern[str], Callable[[Request, str], Response]]] = [
            (re.compile(r"/@([^/]+)/live"), self._live_page),
            (re.compile(r"/api-live/user/room/()"), self._user_room),
            (re.compile(r"/webcast/room/check_alive/()"), self._check_alive),
            (re.compile(r"/webcast/room/info/()"), self._room_info),
            (re.compile(r"/webcast/fetch/()"), self._sign),
        ]

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._push,
            "127.0.0.1",
            0,
            process_request=self._answer,
            subprotocols=["echo-protocol"],  # type: ignore[list-item]
            ping_interval=None,
            close_timeout=1,
        ).__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    @property
    def endpoints(self) -> TikTokEndpoints:
        url = f"http://{self.address}"
        return TikTokEndpoints(app_url=url, webcast_url=f"{url}/webcast", sign_url=url, sign_api_key="key")

    def open_room(self, handle: str, *, fault: RoomFault | None = None) -> FakeRoom:
        """Let a handle go live (or not quite, with a fault)."""
        room = FakeRoom(handle, room_id=7_100_000_000_000_000_000 + len(self._rooms), fault=fault)
        self._rooms[handle] = room
        return room

    # The push socket.

    async def _push(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        await self._room_of(socket.request).serve(socket)

    # The pages. Each takes the request and what its path captured.

    def _answer(self, socket: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        for pattern, page in self._routes:
            if match := pattern.fullmatch(path):
                return page(request, match[1])
        if path == "/push/" and self._room_of(request).fault is not RoomFault.REFUSED:
            return None
        return respond(b"detected", status=HTTPStatus.OK if path == "/push/" else HTTPStatus.NOT_FOUND)

    def _room_of(self, request: Request) -> FakeRoom:
        query = _query(request)
        number = query.get("room_ids") or query["room_id"]
        return next(room for room in self._rooms.values() if str(room.room_id) == number)

    def _live_page(self, request: Request, handle: str) -> Response:
        room = self._rooms.get(handle)
        if room and room.fault in (RoomFault.NO_STATE, RoomFault.CAPTCHA):
            return respond(b"<html>Verify that you are human</html>")
        state = {"LiveRoom": {"liveRoomUserInfo": {"user": _user_of(room)}}} if room else {}
        page = f'<script id="SIGI_STATE" type="application/json">{json.dumps(state)}</script>'
        return respond(page.encode())

    def _user_room(self, request: Request, _: str) -> Response:
        room = self._rooms.get(_query(request)["uniqueId"])
        if room is None:
            return respond_json({"message": "user_not_found"})
        if room.fault is RoomFault.CAPTCHA:
            return respond(b"<html>Verify that you are human</html>")
        return respond_json({"message": "", "data": {"user": _user_of(room), "liveRoom": {"status": 2}}})

    def _check_alive(self, request: Request, _: str) -> Response:
        alive = self._room_of(request).fault is not RoomFault.ENDED_ROOM
        return respond_json({"data": [{"alive": alive}]})

    def _room_info(self, request: Request, _: str) -> Response:
        room = self._room_of(request)
        if room.fault is RoomFault.AGE_RESTRICTED:
            return respond_json({"data": {"prompts": "Log in to see this live"}, "status_code": 4003110})
        return respond_json({"data": {"id": room.room_id, "status": 2, "title": "", "user_count": 3}})

    def _sign(self, request: Request, _: str) -> Response:
        self.signed += 1
        self.sign_api_keys.append(request.headers.get("X-Api-Key"))
        if self.sign_fault in SIGN_FAULTS:
            return SIGN_FAULTS[self.sign_fault]()
        first = pb.FetchResult(
            messages=self._room_of(request).backlog,
            cursor="first",
            internal_ext="ext",
            route_params={"wrss": "1"},
            push_server=f"ws://{self.address}/push/",
            is_first=True,
        )
        if self.sign_fault is SignFault.NO_PUSH_SERVER:
            first.ClearField("push_server")
        cookies = {} if self.sign_fault is SignFault.NO_COOKIES else {"X-Set-TT-Cookie": "ttwid=1; Path=/"}
        return respond(first.SerializeToString(), kind="application/protobuf", headers=cookies)


SIGN_FAULTS: dict[SignFault | None, Callable[[], Response]] = {
    SignFault.RATE_LIMITED: lambda: respond_json(
        {"message": "slow down"}, status=HTTPStatus.TOO_MANY_REQUESTS, headers={"RateLimit-Remaining": "17"}
    ),
    SignFault.RATE_LIMITED_BARE: lambda: respond_json({}, status=HTTPStatus.TOO_MANY_REQUESTS),
    SignFault.RATE_LIMITED_NOT_JSON: lambda: respond(b"<html>", status=HTTPStatus.TOO_MANY_REQUESTS),
    SignFault.FAILED: lambda: respond(b"oops", status=HTTPStatus.INTERNAL_SERVER_ERROR),
    SignFault.BAD_KEY: lambda: respond_json({"message": "who?"}, status=HTTPStatus.UNAUTHORIZED),
    SignFault.EMPTY: lambda: respond(b""),
    SignFault.GARBAGE: lambda: respond(b"\x0a\xff\xff\xff"),
}


def respond(
    body: bytes,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    kind: str = "text/html",
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an HTTP answer; the connection closes after it."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    return Response(status.value, status.phrase, Headers(fields | (headers or {})), body)


def respond_json(
    answer: Any, *, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> Response:
    return respond(json.dumps(answer).encode(), status=status, kind="application/json", headers=headers)


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}


def _user_of(room: FakeRoom) -> dict[str, Any]:
    status = 4 if room.fault is RoomFault.OFFLINE else 2
    return {"roomId": str(room.room_id), "status": status, "uniqueId": room.handle}
