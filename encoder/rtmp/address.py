"""Reads the address and the key that a streamer pastes, and keeps the key out of every text."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from encoder.rtmp.errors import PublishError, PublishFault, PublishStep

DEFAULT_PORTS = {"rtmp": 1935, "rtmps": 443}
# The ports that ingest servers use. Others would let a workspace try the ports of any server from here.
PUBLIC_PORTS = frozenset({80, 443, 1935, 1936, 2935, 2936})
# Keys carry a moment as seconds since 1970; what lies outside of these years is no moment.
_FIRST_MOMENT, _LAST_MOMENT = 1_000_000_000, 10_000_000_000
_VISIBLE: Final = re.compile(r"[!-~]+")


class StreamKey:
    """A stream key. It shows itself in no text: not in logs, not in error reports with local variables."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key, to send it to the server and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "StreamKey(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StreamKey) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("A stream key is not stored or sent between processes.")


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where a stream is sent: a server and the path on it, without the key."""

    host: str
    port: int
    app: str
    is_secure: bool

    @property
    def url(self) -> str:
        """The address as the server is told it (`tcUrl`); a usual port is left out."""
        scheme = "rtmps" if self.is_secure else "rtmp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[scheme] else f":{self.port}"
        return f"{scheme}://{host}{port}/{self.app}"


def read_address(url: str) -> StreamAddress:
    """Return an rtmp or rtmps address in its parts; raise `PublishError` for any other text.

    The query of an address is kept as a part of its path, as servers expect it.
    """
    url = url.strip()
    if not _VISIBLE.fullmatch(url):
        raise _bad_address()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_address() from None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None or parts.fragment:
        raise _bad_address()
    path = parts.path.strip("/")
    app = f"{path}?{parts.query}" if parts.query else path
    if not path:
        raise _bad_address()
    return StreamAddress(host, port or DEFAULT_PORTS[parts.scheme], app, parts.scheme == "rtmps")


def is_key(text: str) -> bool:
    """Return whether a text can be a stream key: visible ASCII characters without spaces, at most 1,000."""
    return len(text) <= 1000 and _VISIBLE.fullmatch(text) is not None


def expiry_of(key: StreamKey) -> datetime | None:
    """Return when a key expires, by its `expire` parameter; None when it says nothing."""
    _name, _mark, query = key.reveal().partition("?")
    for text in parse_qs(query).get("expire", []):
        if text.isascii() and text.isdecimal() and _FIRST_MOMENT <= int(text) < _LAST_MOMENT:
            return datetime.fromtimestamp(int(text), UTC)
    return None


def _bad_address() -> PublishError:
    return PublishError(PublishFault.BAD_ADDRESS, PublishStep.ADDRESS)
