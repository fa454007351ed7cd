"""A web server in processes of its own, and a client that sends bytes as they are."""

import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from config.settings.base import BASE_DIR
from tests.patience import PATIENCE_S


@dataclass(frozen=True, slots=True)
class WebServer:
    """A running `python -m config.server`."""

    port: int
    process: "subprocess.Popen[bytes]"

    def children(self) -> dict[str, int]:
        """Return the process id of each role."""
        pid = self.process.pid
        children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return {_role(child): child for child in children}

    def send(self, *parts: bytes) -> "Answer":
        """Send the parts one after the other, then read the answer."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            return read_answer(connection)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: str


def read_answer(connection: socket.socket) -> Answer:
    response = HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.headers.get_content_type(), response.read().decode())


def head(method: str, path: str, **headers: str | int) -> bytes:
    """Return a request's head; `content_length=3` becomes `content-length: 3`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


@contextmanager
def web_server(environment: dict[str, str], *arguments: str) -> Iterator[WebServer]:
    """Run the web server on a free port; requests wait until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "config.server", "--fd", str(descriptor), *arguments]
        process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, pass_fds=[descriptor])
        port: int = listener.getsockname()[1]
    try:
        yield WebServer(port, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _role(pid: int) -> str:
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return arguments[arguments.index(b"--role") + 1].decode()
