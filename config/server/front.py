"""Serves pages and sockets at one address by two processes, so that no page can delay the voice.

The front accepts each connection, looks at the first bytes of its request without taking them, and sends the
connection itself to the process that serves it. From then on it has no part in it. If a serving process ends,
it is started again; connections wait meanwhile.
"""

import errno
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from types import FrameType
from typing import Final

from config.server.roles import CONNECTION, READY, SOCKET_START, Role

FIRST_BYTES_S: Final = 20.0  # within this time a client must send the start of a request
STOP_S: Final = 10.0
OUT_OF_DESCRIPTORS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class ServingProcess:
    """A child process for pages or sockets, and the connections that are on their way to it."""

    def __init__(self, role: Role) -> None:
        self.role = role
        # The child's end stays open here: what waits in it survives the child.
        self.channel, self._child_end = socket.socketpair()
        self.channel.setblocking(False)
        self.waiting: deque[socket.socket] = deque()
        self.start()

    def start(self) -> None:
        self.is_ready = False
        descriptor = self._child_end.fileno()
        command = (sys.executable, "-m", "config.server", "--role", self.role, "--accepted", str(descriptor))
        self._process = subprocess.Popen(command, pass_fds=[descriptor])

    def send(self, connection: socket.socket) -> None:
        self.waiting.append(connection)
        self.flush()

    def flush(self) -> bool:
        """Send what waits; return whether everything was sent."""
        while self.waiting:
            try:
                socket.send_fds(self.channel, [CONNECTION], [self.waiting[0].fileno()])
            except OSError as error:  # full, or too many descriptors are on their way
                if error.errno not in (errno.EAGAIN, errno.ETOOMANYREFS, *OUT_OF_DESCRIPTORS):
                    raise
                return False
            self.waiting.popleft().close()
        return True

    def read(self) -> None:
        with suppress(BlockingIOError):
            self.is_ready = self.is_ready or READY in self.channel.recv(16)

    def exit_status(self) -> int | None:
        return self._process.poll()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Front:
    """Accepts connections and distributes them; supervises the two serving processes."""

    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._undecided: dict[socket.socket, float] = {}  # by when each must have sent the first bytes
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._children = {role: ServingProcess(role) for role in (Role.PAGES, Role.SOCKETS)}

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT. Return the exit status: that of a child that could not start."""
        wake_up = self._listen_for_signals()
        self._selector.register(wake_up, selectors.EVENT_READ, lambda: _drain(wake_up))
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        for child in self._children.values():
            self._selector.register(child.channel, selectors.EVENT_READ, child.read)
        try:
            return self._loop()
        finally:
            for child in self._children.values():
                child.stop()
            for child in self._children.values():
                child.wait()

    def _loop(self) -> int:
        while not self._stopping:
            for key, _ in self._selector.select(self._timeout_s()):
                key.data()
            self._drop_silent()
            for child in self._children.values():
                child.flush()
                status = child.exit_status()
                if status is None:
                    continue
                if not child.is_ready:
                    return status or 1
                sys.stderr.write(
                    f"The process for {child.role} ended with status {status}; starting it again.\n"
                )
                child.start()
        return 0

    def _timeout_s(self) -> float | None:
        if any(child.waiting for child in self._children.values()):
            return 0.05
        return 1.0 if self._undecided else None

    def _accept(self) -> None:
        try:
            connection, _address = self._listener.accept()
        except OSError as error:
            if error.errno in OUT_OF_DESCRIPTORS:
                self._drop_oldest()
            return
        connection.setblocking(False)
        # Not readable before the decisive bytes are there, so that a slow client costs nothing.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(SOCKET_START))
        self._undecided[connection] = time.monotonic() + FIRST_BYTES_S
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._decide(connection))

    def _decide(self, connection: socket.socket) -> None:
        try:
            start = connection.recv(len(SOCKET_START), socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            start = b""
        self._forget(connection)
        if not start:
            connection.close()
            return
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._children[Role.SOCKETS if start == SOCKET_START else Role.PAGES].send(connection)

    def _forget(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._undecided[connection]

    def _drop_silent(self) -> None:
        """Close the connections that have sent nothing for too long; the oldest come first."""
        now = time.monotonic()
        while self._undecided and next(iter(self._undecided.values())) < now:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        if self._undecided:
            oldest = next(iter(self._undecided))
            self._forget(oldest)
            oldest.close()

    def _listen_for_signals(self) -> socket.socket:
        """Return a socket that becomes readable at each signal; a child's end is one too."""
        reading, writing = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        self._wake_up = writing  # or it would be closed
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        return reading

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._stopping = True


def _drain(wake_up: socket.socket) -> None:
    with suppress(BlockingIOError):
        while wake_up.recv(1024):
            pass


def listening_socket(host: str, port: int) -> socket.socket:
    """Listen on an address; raise OSError if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), port), family=family, backlog=1024)


def inherited_socket(descriptor: int) -> socket.socket:
    """Return a listening socket that the parent process has opened."""
    return socket.socket(fileno=os.dup(descriptor))
