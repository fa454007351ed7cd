"""Daphne's HTTP connection with limits: what is too large is refused before it is read or parsed.

Daphne passes every request through Twisted's `HTTPChannel`, which reads a body of any length and, unless told
otherwise, parses forms on the event loop: 10 MB stop all pages for seconds. Django parses forms by itself.
"""

from typing import Any, Final

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web.http import HTTPChannel

from config.server.limits import (
    FORM,
    FREE_CHUNKS,
    MAX_FIELDS,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MIN_CHUNK_BYTES,
    body_limit,
    is_of,
)
from config.server.refusals import (
    LONG_HEADERS,
    MALFORMED,
    MANY_FIELDS,
    NO_PAGES,
    NO_SOCKETS,
    NO_SUCH_SOCKET,
    TOO_LARGE,
    HttpRefusal,
    answer,
)
from config.server.roles import SOCKET_PATHS, Role

# After a refusal the client may go on sending. A connection closed with unread data is reset, and the client
# loses the answer; so a body up to this size is read and dropped. Of one that says it is larger nothing is
# read: whoever reads while sending sees the answer, and the others wait until the connection is closed.
DRAIN_BYTES: Final = 16 * 1024**2
DRAIN_S: Final = 5.0


class BoundedRequest(WebRequest):  # type: ignore[misc]  # the library has no types
    """A request whose body is counted while it arrives, and whose forms Twisted does not parse."""

    def __init__(self, channel: "BoundedChannel", queued: object = 0) -> None:
        self._received = self._pieces = self._fields = 0
        super().__init__(channel, queued, parsePOSTFormSubmission=False)

    def handleContentChunk(self, data: bytes) -> None:
        """Store a piece of the body; refuse the request when the body has become too large."""
        channel: BoundedChannel | None = self.channel
        if channel is None or channel.refused:
            return
        self._received += len(data)
        self._pieces += 1
        if self._received > channel.body_limit or (channel.chunked and self._tiny_pieces):
            channel.refuse(TOO_LARGE)
        elif channel.is_form and self._count_fields(data) > MAX_FIELDS:
            channel.refuse(MANY_FIELDS)
        else:
            super().handleContentChunk(data)

    def _count_fields(self, data: bytes) -> int:
        """Count before Django does: in development, its page about too many takes seconds."""
        self._fields += data.count(b"&")
        return self._fields + 1

    @property
    def _tiny_pieces(self) -> bool:
        return self._pieces > FREE_CHUNKS and self._received < MIN_CHUNK_BYTES * self._pieces


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """An HTTP/1.1 connection that refuses what is too large, and what this process does not serve."""

    maxHeaders = MAX_HEADERS
    totalHeadersSize = MAX_HEADER_BYTES
    MAX_LENGTH = MAX_HEADER_BYTES

    def __init__(self) -> None:
        super().__init__()
        self.refused = False
        self.chunked = self.is_form = False
        self.body_limit = 0
        self._drained = 0
        self._closing: Any = None  # Twisted's delayed call

    def dataReceived(self, data: bytes) -> None:
        if not self.refused:
            super().dataReceived(data)
            return
        self._drained += len(data)
        if self._drained > DRAIN_BYTES:
            self.transport.abortConnection()

    def lineReceived(self, line: bytes) -> None:
        if self.refused:
            return
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self.refuse(LONG_HEADERS)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(LONG_HEADERS)

    def headerReceived(self, line: bytes) -> bool:
        if self.refused:
            return False
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(LONG_HEADERS)
            return False
        return bool(super().headerReceived(line))

    def allHeadersReceived(self) -> None:
        """Decide, before the body is read, whether the request may come in."""
        headers = self.requests[-1].requestHeaders
        path, _, query = self._path.partition(b"?")
        self.chunked = headers.hasHeader(b"Transfer-Encoding")
        content_type = (headers.getRawHeaders(b"Content-Type") or [b""])[0]
        self.body_limit, self.is_form = body_limit(path, content_type), is_of(FORM, content_type)
        if query.count(b"&") >= MAX_FIELDS:
            self.refuse(MANY_FIELDS)
        elif (self.length or 0) > self.body_limit:
            self.refuse(TOO_LARGE)
        elif (misdirected := self._misdirected((headers.getRawHeaders(b"Upgrade") or [b""])[0])) is not None:
            self.refuse(misdirected)
        else:
            super().allHeadersReceived()

    def _misdirected(self, upgrade: bytes) -> HttpRefusal | None:
        """Return why this process does not serve the request; None if it does."""
        match self.factory.server.role, upgrade.lower() == b"websocket":
            case Role.SOCKETS, False:
                return NO_PAGES
            case Role.PAGES, True:
                return NO_SOCKETS if self._path.startswith(SOCKET_PATHS) else NO_SUCH_SOCKET
        return None

    def allContentReceived(self) -> None:
        if not self.refused:
            super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:
        if not self.refused:
            super().rawDataReceived(data)

    def refuse(self, refusal: HttpRefusal) -> None:
        """Answer the request without reading it, then close; the client can read the answer."""
        if self.refused:
            return
        self.refused = True
        headers = self.requests[-1].requestHeaders if self.requests else None
        languages = headers.getRawHeaders(b"Accept-Language") if headers else None
        self.transport.write(
            answer(
                refusal,
                path=getattr(self, "_path", b""),
                languages=(languages or [b""])[0],
                with_body=getattr(self, "_command", b"") != b"HEAD",
            )
        )
        self.setTimeout(None)
        self.transport.loseWriteConnection()
        if (self.length or 0) > DRAIN_BYTES:
            self.transport.pauseProducing()
        self._closing = self.callLater(DRAIN_S, self.transport.abortConnection)

    def _respondToBadRequestAndDisconnect(self) -> None:
        """Replace Twisted's answer without words, which also closes before the client has read it."""
        self.refuse(MALFORMED)

    def connectionLost(self, reason: Any) -> None:
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        super().connectionLost(reason)


class BoundedFactory(HTTPFactory):  # type: ignore[misc]  # the library has no types
    """Makes bounded connections for a `config.server.process.Server`."""

    protocol = BoundedChannel

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel
