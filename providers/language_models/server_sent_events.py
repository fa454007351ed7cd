"""Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from collections.abc import AsyncGenerator, AsyncIterator

MAX_LINE_BYTES = 64 * 1024
MAX_EVENT_BYTES = 256 * 1024


class MalformedEvents(Exception):
    """Raised for a line or an event beyond its bound."""


async def read_events(
    pieces: AsyncIterator[bytes],
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> AsyncGenerator[bytes, None]:
    """Yield each event's data. Comments and all other fields are skipped.

    Lines end with LF or CRLF. An event that is not followed by an empty line when the body ends counts too,
    since some servers omit it. Raises `MalformedEvents`.
    """
    data: list[bytes] = []
    size = 0
    async for line in _lines(pieces, max_line_bytes):
        if line.startswith(b"data:"):
            data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            size += len(line)
            if size > max_event_bytes:
                raise MalformedEvents("An event is too long.")
        elif not line and data:
            yield b"\n".join(data)
            data, size = [], 0
    if data:
        yield b"\n".join(data)


async def _lines(pieces: AsyncIterator[bytes], max_bytes: int) -> AsyncGenerator[bytes, None]:
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if len(line) > max_bytes:
                raise MalformedEvents("A line is too long.")
            yield line.removesuffix(b"\r")
        if len(rest) > max_bytes:
            raise MalformedEvents("A line is too long.")
    if rest:
        yield rest.removesuffix(b"\r")
