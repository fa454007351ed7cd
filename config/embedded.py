"""Starts PostgreSQL and Redis on demand for development and tests; stops them after their last user.

A guardian process (`config/guardian.py`) owns both servers and restarts one that dies. Each user process
holds a shared lock on `users.lock` while it runs. When the guardian gets the exclusive lock, no user is left;
it stops the servers and exits. The kernel releases a process's locks when it ends: a crash needs no cleanup.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_S = 60.0
POLL_S = 0.1

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
    with locked(folder / "start.lock", fcntl.LOCK_EX):
        if folder not in _held:
            _held[folder] = lock_file(folder / "users.lock", fcntl.LOCK_SH)
        if not is_locked(folder / "guardian.lock"):
            (folder / "servers.json").unlink(missing_ok=True)
            _spawn_guardian(folder, durable=durable)
        return _wait_until_ready(folder)


def release_servers(folder: Path) -> None:
    """Release this process's lock; the servers stop after the last one."""
    with contextlib.suppress(KeyError):
        os.close(_held.pop(folder))


def _spawn_guardian(folder: Path, *, durable: bool) -> None:
    arguments = [sys.executable, "-m", "config.guardian", str(folder), "durable" if durable else "throwaway"]
    with (folder / "guardian.log").open("wb") as log:
        guardian = subprocess.Popen(
            arguments,
            cwd=Path(__file__).resolve().parent.parent,
            # initdb refuses a language that LANG names and the machine does not have.
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Wait until the guardian has its lock, so that no second guardian is started.
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_locked(folder / "guardian.lock"):
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
        if not is_locked(folder / "guardian.lock"):
            break
        time.sleep(POLL_S)
    raise EmbeddedServersError(_failure(folder))


def _failure(folder: Path) -> str:
    log = (folder / "guardian.log").read_text(errors="replace")[-2000:]
    return (
        f"The embedded PostgreSQL and Redis did not start in {folder}. Set DATABASE_URL and REDIS_URL "
        f"to use your own servers, or see the end of their log:\n{log}"
    )


# --- locks -----------------------------------------------------------------------------------------


def lock_file(path: Path, mode: int) -> int:
    """Return a descriptor that holds the lock, or -1 when it is taken and `mode` is non-blocking."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        os.close(descriptor)
        return -1
    return descriptor


@contextlib.contextmanager
def locked(path: Path, mode: int) -> Iterator[None]:
    descriptor = lock_file(path, mode)
    try:
        yield
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    descriptor = lock_file(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if descriptor >= 0:
        os.close(descriptor)
    return descriptor < 0
