"""The HTTP pages, the sign server and the push socket, all on one port of 127.0.0.1."""

import itertools
import json
import re
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from chatsources import webcast_pb2 as pb
from chatsources.tiktok import TikTokEndpoints
from tests.fakes.webcast.room import FakeRoom, RoomFault

FIRST_ROOM_ID = 7_100_000_000_000_000_001


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


class FakeWebcast:
    """The server, on any free port of 127.0.0.1 unless told. Unknown handles are unknown users."""

    def __init__(self, port: int = 0) -> None:
        self.sign_fault: SignFault | None = None
        self._port = port
        self._room_ids = itertools.count(FIRST_ROOM_ID)
        self._sign_faults: deque[SignFault] = deque()
        self.signed = 0
        self.sign_api_keys: list[str | None] = []
        self.rooms: dict[str, FakeRoom] = {}
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
            self._port,
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
        """Let a handle go live (or not quite, with a fault); a second time, in a new room."""
        room = FakeRoom(handle, room_id=next(self._room_ids), fault=fault)
        self.rooms[handle] = room
        return room

    def close_room(self, handle: str) -> None:
        """Forget a handle: nobody has it any more."""
        del self.rooms[handle]

    def fail_signing(self, *faults: SignFault) -> None:
        """Have the next requests to the sign server fail, one after the other."""
        self._sign_faults.extend(faults)

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
        number = query.get("room_ids") or query.get("room_id")
        return next(room for room in self.rooms.values() if str(room.room_id) == number)

    def _live_page(self, request: Request, handle: str) -> Response:
        room = self.rooms.get(handle)
        if room and room.fault in (RoomFault.NO_STATE, RoomFault.CAPTCHA):
            return respond(b"<html>Verify that you are human</html>")
        state = {"LiveRoom": {"liveRoomUserInfo": {"user": _user_of(room)}}} if room else {}
        page = f'<script id="SIGI_STATE" type="application/json">{json.dumps(state)}</script>'
        return respond(page.encode())

    def _user_room(self, request: Request, _: str) -> Response:
        room = self.rooms.get(_query(request)["uniqueId"])
        if room is None:
            return respond_json({"message": "user_not_found"})
        if room.fault is RoomFault.CAPTCHA:
            return respond(b"<html>Verify that you are human</html>")
        return respond_json({"message": "", "data": {"user": _user_of(room), "liveRoom": {"status": 2}}})

    def _check_alive(self, request: Request, _: str) -> Response:
        number = _query(request)["room_ids"]
        alive = any(
            str(room.room_id) == number and room.fault not in (RoomFault.ENDED_ROOM, RoomFault.OFFLINE)
            for room in self.rooms.values()
        )
        return respond_json({"data": [{"alive": alive}]})

    def _room_info(self, request: Request, _: str) -> Response:
        room = self._room_of(request)
        if room.fault is RoomFault.AGE_RESTRICTED:
            return respond_json({"data": {"prompts": "Log in to see this live"}, "status_code": 4003110})
        owner = {"id": room.host_id, "id_str": str(room.host_id), "display_id": room.handle}
        info = {"id": room.room_id, "status": 2, "title": "", "user_count": 3, "owner": owner}
        return respond_json({"data": info})

    def _sign(self, request: Request, _: str) -> Response:
        self.signed += 1
        self.sign_api_keys.append(request.headers.get("X-Api-Key"))
        fault = self._sign_faults.popleft() if self._sign_faults else self.sign_fault
        if fault in SIGN_FAULTS:
            return SIGN_FAULTS[fault]()
        room = self._room_of(request)
        first = pb.FetchResult(
            messages=room.last_batch or room.backlog,
            cursor="first",
            internal_ext="ext",
            route_params={"wrss": "1"},
            push_server=f"ws://{self.address}/push/",
            is_first=True,
        )
        if fault is SignFault.NO_PUSH_SERVER:
            first.ClearField("push_server")
        cookies = {} if fault is SignFault.NO_COOKIES else {"X-Set-TT-Cookie": "ttwid=1; Path=/"}
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
