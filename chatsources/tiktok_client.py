"""A client of TikTok's webcast socket, based on TikTokLive: looks up a room, signs, connects and pings.

It yields undecoded messages. The library decodes all messages in pure Python and handles errors badly. Here
it decodes only the sign server's answer, `aclose` ends all its tasks and connections, and a broken frame does
not end the live.
"""

import asyncio
import functools
import ssl
import warnings
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from google.protobuf.message import DecodeError

from chatsources import webcast_pb2 as pb
from chatsources.errors import SourceError, SourceFault
from chatsources.port import SourceCounts
from chatsources.push_socket import PushSocket
from providers.http import ClientOptions, open_trusted_client

with warnings.catch_warnings():
    # TikTokLive 6.6.5 imports the legacy websockets client; it is pinned for its licence.
    warnings.simplefilter("ignore", DeprecationWarning)
    from TikTokLive.client.client import TikTokLiveClient
    from TikTokLive.client.errors import (
        AgeRestrictedError,
        InitialCursorMissingError,
        SignAPIError,
        TikTokLiveError,
        UserNotFoundError,
        UserOfflineError,
        WebcastBlocked200Error,
        WebsocketURLMissingError,
    )
    from TikTokLive.client.web.routes.fetch_is_live import FetchIsLiveRoute, MissingRoomIdInResponse
    from TikTokLive.client.web.routes.fetch_room_id_live_html import FailedParseRoomIdError
    from TikTokLive.client.web.routes.fetch_signed_websocket import FetchSignedWebSocketRoute
    from TikTokLive.client.web.web_settings import WebDefaults
    from websockets.exceptions import InvalidHandshake, WebSocketException

HTTP_TIMEOUT_S = 10.0
SIGN_TIMEOUT_S = 15.0
ALIVE_TIMEOUT_S = 3.0
# A longer RateLimit-Reset is a date, not a wait.
LONGEST_WAIT_S = 365 * 24 * 3600


class RawMessage(Protocol):
    """An undecoded webcast message; `method` names its type."""

    method: str
    payload: bytes
    msg_id: int


class Listener(Protocol):
    """Receives the events of one connection. After the connection is closed, every method returns at once."""

    def opened(self) -> None:
        """The socket is open and the room is being entered."""

    async def received(self, messages: Iterable[RawMessage]) -> None:
        """A batch arrived. The socket is not read until this method returns."""

    async def finished(self) -> None:
        """The connection has ended, for any reason."""


# The first row that matches decides.
FAULTS: tuple[tuple[tuple[type[Exception], ...], SourceFault, bool], ...] = (
    ((UserNotFoundError,), SourceFault.HANDLE_NOT_FOUND, True),
    ((UserOfflineError,), SourceFault.USER_OFFLINE, True),
    ((AgeRestrictedError,), SourceFault.AGE_RESTRICTED, True),
    (
        (
            FailedParseRoomIdError,
            MissingRoomIdInResponse,
            InitialCursorMissingError,
            WebsocketURLMissingError,
            WebcastBlocked200Error,
            InvalidHandshake,
        ),
        SourceFault.BLOCKED,
        False,
    ),
    (
        (TikTokLiveError, httpx.HTTPError, WebSocketException, OSError, EOFError),
        SourceFault.CONNECTION_LOST,
        False,
    ),
    # The library parses TikTok's answers without checks: a captcha page instead of JSON raises these.
    ((LookupError, ValueError, TypeError, AttributeError), SourceFault.BLOCKED, False),
)
EXPECTED_ERRORS = tuple(kind for kinds, _, _ in FAULTS for kind in kinds)


def source_error(error: Exception) -> SourceError:
    """Return the `SourceError` for one of the `EXPECTED_ERRORS` of the library."""
    for kinds, fault, permanent in FAULTS:
        if isinstance(error, kinds):
            return SourceError(fault, permanent=permanent)
    raise TypeError(f"{type(error).__name__} is not an expected error")


@dataclass(frozen=True, slots=True)
class TikTokEndpoints:
    """The addresses of TikTok and the sign server; "" means the library's default."""

    app_url: str = ""
    webcast_url: str = ""
    sign_url: str = ""
    sign_api_key: str = ""

    def apply(self) -> None:
        """Set them for the whole process, because the library stores them in a global."""
        WebDefaults.tiktok_app_url = self.app_url.rstrip("/") or LIBRARY_ENDPOINTS.app_url
        WebDefaults.tiktok_webcast_url = self.webcast_url.rstrip("/") or LIBRARY_ENDPOINTS.webcast_url
        WebDefaults.tiktok_sign_url = self.sign_url.rstrip("/") or LIBRARY_ENDPOINTS.sign_url
        WebDefaults.tiktok_sign_api_key = self.sign_api_key or None


LIBRARY_ENDPOINTS = TikTokEndpoints(
    app_url=WebDefaults.tiktok_app_url,
    webcast_url=WebDefaults.tiktok_webcast_url,
    sign_url=WebDefaults.tiktok_sign_url,
)


class WebcastClient(TikTokLiveClient):  # type: ignore[misc]
    """One connection to one live; `listener` receives its messages."""

    _event_loop_task: asyncio.Task[None] | None

    def __init__(self, handle: str, *, listener: Listener, counts: SourceCounts) -> None:
        super().__init__(
            handle,
            web_kwargs={"httpx_kwargs": {"verify": _tls_context(), "timeout": HTTP_TIMEOUT_S}},
        )
        self._ws = PushSocket(counts)
        self._listener = listener
        self._web.fetch_is_live = LiveCheckRoute(self._web)
        self._web.fetch_signed_websocket = SignRoute(self._web)
        # The library's client does not verify the certificate of the server that receives our key.
        unused = self._web.signer.client
        self._web.signer._httpx = open_trusted_client(
            ClientOptions(
                timeout_s=SIGN_TIMEOUT_S,
                headers=unused.headers,
                verify=_tls_context(),
                on_response=(refuse_bad_signature,),
            )
        )

    @property
    def host_id(self) -> str:
        """The streamer's user id from the room's details; "" if they do not contain it."""
        info = self._room_info or {}
        owner = info.get("owner")
        found = owner.get("id_str") or owner.get("id") if isinstance(owner, dict) else None
        return str(found or info.get("owner_user_id_str") or info.get("owner_user_id") or "")

    async def find_room(self) -> int:
        """Return the id of the account's live room; raise `SourceError` when none is found."""
        try:
            return int(await self._web.fetch_room_id_from_html(self.unique_id))
        except EXPECTED_ERRORS as error:
            raise source_error(error) from error

    async def is_alive(self, room_id: int) -> bool | None:
        """Return whether TikTok reports a room as live; None when the answer is unusable."""
        try:
            async with asyncio.timeout(ALIVE_TIMEOUT_S):
                alive: bool = await self._web.fetch_is_live(room_id=room_id)
                return alive
        except EXPECTED_ERRORS:  # includes TimeoutError, which is an OSError
            return None

    async def aclose(self) -> None:
        """Close the socket and the HTTP clients, and wait until all tasks of the library have ended."""
        task = self._event_loop_task
        try:
            if self.connected:
                await self._ws.disconnect()
            elif task is not None:
                task.cancel()
            if task is not None:
                await asyncio.wait({task})
                # Read, so that asyncio does not log an exception that was never retrieved.
                _ = None if task.cancelled() else task.exception()
        finally:
            self._event_loop_task = None
            if task is not None:
                task.cancel()
            await self._web.httpx_client.aclose()
            await self._web.signer.client.aclose()

    async def _ws_client_loop(
        self, initial_webcast_response: Any, process_connect_events: bool, compress_ws_events: bool
    ) -> None:
        # Without it the library does not enter the room, and fails at the end of the connection.
        initial_webcast_response.is_first = True
        batches = self._ws.connect(
            initial_webcast_response=initial_webcast_response,
            process_connect_events=process_connect_events,
            compress_ws_events=compress_ws_events,
            cookies=self._web.cookies,
            room_id=self._room_id,
            user_agent=self._web.headers["User-Agent"],
        )
        try:
            async with aclosing(batches):
                async for batch in batches:
                    if batch.is_first:
                        self._listener.opened()
                    await self._listener.received(batch.messages)
        finally:
            await self._clear_up()

    async def _clear_up(self) -> None:
        try:
            await self._ws.aclose()
        finally:
            try:
                await self._stop_pinging()
            finally:
                await self._listener.finished()

    async def _stop_pinging(self) -> None:
        """Stop the pings, which the library continues after a connection breaks."""
        pings: asyncio.Task[None] | None = self._ws._ping_loop
        if pings is None:
            return
        pings.cancel()
        await asyncio.wait({pings})
        self._ws._ping_loop = None


class LiveCheckRoute(FetchIsLiveRoute):  # type: ignore[misc]
    """Checks whether a room is live. The library's route catches all exceptions, even cancellation."""

    async def __call__(self, room_id: int | None = None, unique_id: str | None = None) -> bool:
        try:
            alive: list[bool] = await self.fetch_is_live_room_ids(room_id)
            return alive[0]
        except (LookupError, TypeError, ValueError) as error:
            raise MissingRoomIdInResponse from error


class SignRoute(FetchSignedWebSocketRoute):  # type: ignore[misc]
    """Signs a connection, and raises every failure as a `SourceError` of signing."""

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().__call__(*args, **kwargs)
        except (SignAPIError, httpx.HTTPError) as error:
            raise SourceError(SourceFault.SIGN_FAILED, permanent=False) from error


async def refuse_bad_signature(response: httpx.Response) -> None:
    """Raise `SourceError` for an answer that the library does not handle.

    The library raises TypeError for a 429 without RateLimit-Remaining, and arbitrary errors for a 429 that is
    not JSON or a 200 that is not protobuf.
    """
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        wait_s = _retry_after_s(response.headers)
        raise SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False, retry_after_s=wait_s)
    if status != httpx.codes.OK:
        refused = status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
        raise SourceError(SourceFault.SIGN_FAILED, permanent=refused)
    try:
        pb.FetchResult.FromString(await response.aread())
    except DecodeError as error:
        raise SourceError(SourceFault.SIGN_FAILED, permanent=False) from error


def _retry_after_s(headers: httpx.Headers) -> float | None:
    # The sign server sends the seconds to wait in RateLimit-Remaining; the other two names are standard.
    for name in ("Retry-After", "RateLimit-Reset", "RateLimit-Remaining"):
        value = headers.get(name, "")
        if value.isdecimal() and 0 < int(value) < LONGEST_WAIT_S:
            return float(value)
    return None


@functools.cache
def _tls_context() -> ssl.SSLContext:
    # Cached, because loading the certificates blocks the event loop for tens of milliseconds.
    return httpx.create_ssl_context()
