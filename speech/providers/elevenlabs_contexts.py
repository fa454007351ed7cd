"""Shares one WebSocket of ElevenLabs among several lines, each in its own context."""

import asyncio
import json
from base64 import b64decode
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from speech.errors import SpeechError
from speech.providers.answers import broken, late, status_fault
from speech.providers.elevenlabs_request import SERVICE

Result = TypeVar("Result")
Fault = Callable[[], SpeechError]  # makes one error for each line that it ends

# The service closes a socket on which more contexts are open at a time.
MOST_LINES = 5
# Two minutes at 24 kHz. No line is that long.
_MOST_WAITING_BYTES = 6_000_000
_LEAVE_S = 1.0
_ERROR_FIELDS = ("error", "message", "detail")
# The service's error names with the status that each has over HTTP. Other errors are temporary.
_STATUSES = {
    "invalid_api_key": 401,
    "needs_authorization": 401,
    "missing_permissions": 401,
    "quota_exceeded": 401,
    "voice_not_found": 404,
    "max_character_limit_exceeded": 400,
    "too_many_concurrent_requests": 429,
    "system_busy": 429,
}


@dataclass(frozen=True, slots=True)
class _Message:
    """One message from the service."""

    context_id: str
    audio: bytes
    is_last: bool
    fault: Fault | None


@dataclass(slots=True, eq=False)
class _Line:
    """The audio of one line that has arrived and was not taken yet."""

    context_id: str
    pieces: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0
    is_whole: bool = False
    is_left: bool = False
    fault: Fault | None = None

    def give(self, piece: bytes) -> None:
        if self.is_left or self.fault or not piece:
            return
        if self.waiting_bytes + len(piece) > _MOST_WAITING_BYTES:
            self.fault = partial(SpeechError, f"{SERVICE} does not come to an end.")
            return
        self.pieces.append(piece)
        self.waiting_bytes += len(piece)

    def take(self) -> bytes | None:
        """Return the next piece, or None after the last."""
        if self.pieces:
            piece = self.pieces.popleft()
            self.waiting_bytes -= len(piece)
            return piece
        if self.fault is not None:
            raise self.fault()
        return None

    @property
    def has_update(self) -> bool:
        return bool(self.pieces) or self.is_whole or self.fault is not None


class SharedSocket:
    """Speaks up to `MOST_LINES` lines at a time, each in its own context.

    There is no reader task. One of the waiting lines reads the socket and distributes the messages; when it
    has its own message or is cut, the next one reads.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.used_at_s = 0.0
        self._connection = connection
        # A cut line stays listed until the service has ended it, because the service still counts it.
        self._lines: dict[str, _Line] = {}
        self._numbers = count(1)
        self._is_read = False
        self._received = asyncio.Event()
        self._is_retired = False

    @property
    def is_usable(self) -> bool:
        return not self._is_retired and self._connection.state is State.OPEN

    @property
    def is_busy(self) -> bool:
        return any(not line.is_left for line in self._lines.values())

    @property
    def has_room(self) -> bool:
        return self.is_usable and len(self._lines) < MOST_LINES

    async def aclose(self) -> None:
        """Close the connection with a closing handshake."""
        self._is_retired = True
        await self._connection.close()

    def drop(self) -> None:
        """Abort the connection. Running lines fail."""
        self._is_retired = True
        self._connection.transport.abort()

    async def say(self, text: str, *, speed: float | None, timeout_s: float) -> AsyncGenerator[bytes, None]:
        """Yield a line's audio as it arrives; raise `SpeechError`. Call it only while `has_room`."""
        line = _Line(str(next(self._numbers)))
        self._lines[line.context_id] = line
        try:
            await self._in_time(self._ask(line, text, speed), timeout_s)
            while (piece := await self._in_time(self._next_of(line), timeout_s)) is not None:
                yield piece
        finally:
            await self._leave(line)

    async def _in_time(self, awaitable: Awaitable[Result], timeout_s: float) -> Result:
        try:
            async with asyncio.timeout(timeout_s):
                return await awaitable
        except TimeoutError:
            # The connection may be dead: no other line should use it.
            self._is_retired = True
            raise late(SERVICE) from None

    async def _ask(self, line: _Line, text: str, speed: float | None) -> None:
        settings = {} if speed is None else {"voice_settings": {"speed": speed}}
        with suppress(ConnectionClosed):  # messages from before it closed are still to be read
            await self._send(line, text=" ", **settings)
            # Without a flush the text is discarded; without closing there is no final message.
            await self._send(line, text=f"{text} ", flush=True)
            await self._send(line, close_context=True)

    async def _leave(self, line: _Line) -> None:
        line.is_left = True
        line.pieces.clear()
        if line.context_id in self._lines:
            # The line may be cut before its whole request was sent; what was flushed may still arrive.
            with suppress(ConnectionClosed, TimeoutError):
                async with asyncio.timeout(_LEAVE_S):
                    await self._send(line, close_context=True)
        if self._is_retired and not self.is_busy:
            self.drop()

    async def _send(self, line: _Line, **message: object) -> None:
        await self._connection.send(json.dumps({**message, "context_id": line.context_id}))

    async def _next_of(self, line: _Line) -> bytes | None:
        while not line.has_update:
            if self._is_read:
                await self._received.wait()
            else:
                await self._receive()
        return line.take()

    async def _receive(self) -> None:
        """Read one message and distribute it; then all lines check for news, and one reads on."""
        self._is_read = True
        try:
            self._distribute(await self._connection.recv())
        except ConnectionClosed:
            self._break(partial(broken, SERVICE))
        finally:
            self._is_read = False
            self._received.set()
            self._received.clear()

    def _distribute(self, message: str | bytes) -> None:
        try:
            said = _read(message)
        except (ValueError, TypeError, AttributeError, RecursionError):
            self._break(partial(SpeechError, f"{SERVICE} sent something that cannot be read."))
            return
        line = self._lines.get(said.context_id)
        if line is not None:
            line.give(said.audio)
            line.fault = line.fault or said.fault
            if said.is_last or said.fault:
                self._end(line)
        elif said.fault and not said.context_id:
            self._break(said.fault)

    def _end(self, line: _Line) -> None:
        line.is_whole = True
        del self._lines[line.context_id]

    def _break(self, fault: Fault) -> None:
        self.drop()
        for line in self._lines.values():
            line.fault = line.fault or fault
        self._lines.clear()


def _read(message: str | bytes) -> _Message:
    """Parse a message. A malformed one raises one of the errors that `_distribute` catches."""
    said = json.loads(message)
    complains = any(said.get(word) for word in _ERROR_FIELDS)
    return _Message(
        context_id=str(said.get("contextId") or said.get("context_id") or ""),
        audio=b64decode(said.get("audio") or "", validate=True),
        is_last=bool(said.get("isFinal") or said.get("is_final")),
        fault=_fault_of(_STATUSES.get(said.get("error"))) if complains else None,
    )


def _fault_of(status: int | None) -> Fault:
    return (
        partial(status_fault, SERVICE, status)
        if status
        else partial(SpeechError, f"{SERVICE} refused a line.")
    )
