"""Sends large requests to a port without end; a script of its own, which starts in an instant."""

import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

PAGE: Final = "/accounts/login/"
MEGABYTE: Final = 1_000_000
FORM: Final = b"application/x-www-form-urlencoded"
MULTIPART: Final = b"multipart/form-data; boundary=x"
PICTURE_FORM: Final = "/shows/00000000-0000-0000-0000-000000000001/overlay/"


@dataclass(frozen=True, slots=True)
class Attack:
    """A request: its body is `piece` again and again, about `size` bytes of it."""

    piece: bytes
    size: int
    kind: bytes = FORM
    path: str = PAGE
    chunked: bool = False

    @property
    def pieces(self) -> int:
        return self.size // len(self.piece)

    @property
    def head(self) -> bytes:
        length = b"Content-Length: %d" % (self.pieces * len(self.piece))
        lines = (
            b"POST %b HTTP/1.1" % self.path.encode(),
            b"Host: 127.0.0.1",
            b"Connection: close",
            b"Cookie: csrftoken=" + b"a" * 32,
            b"Content-Type: " + self.kind,
            b"Transfer-Encoding: chunked" if self.chunked else length,
        )
        return b"\r\n".join(lines) + b"\r\n\r\n"


FIELDS: Final = b"a=b&" * 16_000
PARTS: Final = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 1_000
CHUNK: Final = b"%x\r\n%b\r\n" % (64_000, b"a" * 64_000)
ATTACKS: Final[dict[str, Attack | None]] = {
    "nothing": None,
    "form_10_mb": Attack(FIELDS, 10 * MEGABYTE),
    "multipart_10_mb": Attack(PARTS, 10 * MEGABYTE, MULTIPART),
    "chunked_10_mb": Attack(CHUNK, 10 * MEGABYTE, chunked=True),
    "form_300_mb": Attack(FIELDS, 300 * MEGABYTE),
    "many_fields_1_mb": Attack(FIELDS, MEGABYTE),
    "allowed_1_mb": Attack(b"a" * 50_000, MEGABYTE),
    "picture_9_mb": Attack(PARTS, 9 * MEGABYTE, MULTIPART, PICTURE_FORM),
}


def repeat(attack: Attack, port: int) -> None:
    """Send one large request after the other, each on a connection of its own."""
    print("started", flush=True)
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(attack.head)
            for _ in range(attack.pieces):
                connection.sendall(attack.piece)
            while connection.recv(65_536):
                pass
        time.sleep(0.05)


if __name__ == "__main__":
    chosen = ATTACKS[sys.argv[1]]
    if chosen is not None:
        repeat(chosen, int(sys.argv[2]))
