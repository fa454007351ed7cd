"""The embedded servers: shared by processes, gone with the last one, untroubled by a crash."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from config.embedded import ensure_servers
servers = ensure_servers(Path(sys.argv[1]), durable=False)
print(servers.database_url, servers.redis_url, flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers of a folder until it is told to leave."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> tuple[str, str]:
        assert self.process.stdout is not None
        database_url, redis_url = self.process.stdout.readline().split()
        return database_url, redis_url

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vivavoce-embedded-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        yield path
        _until(lambda: not _is_guarded(path))


def _is_guarded(folder: Path) -> bool:
    import fcntl

    if not (folder / "guardian.lock").exists():
        return False
    with (folder / "guardian.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _answers(database_url: str, redis_url: str) -> bool:
    try:
        with psycopg.connect(database_url) as connection:
            connection.execute("SELECT 1")
        with redis.Redis.from_url(redis_url) as client:
            client.ping()
    except (psycopg.OperationalError, redis.RedisError):
        return False
    return True


def test_two_processes_share_the_servers_and_the_last_one_stops_them(folder: Path) -> None:
    first, second = User(folder), User(folder)
    addresses = first.addresses()

    assert second.addresses() == addresses
    first.leave()
    assert _answers(*addresses)
    second.leave()
    _until(lambda: not _answers(*addresses))


def test_the_embedded_redis_has_no_known_hole(folder: Path) -> None:
    """Scripts could leave the sandbox of Redis before 6.2.20 and of Valkey before 8.1.4 (CVE-2025-49844)."""
    user = User(folder)
    with redis.Redis.from_url(user.addresses()[1]) as client:
        version = client.info("server")["valkey_version"]
    user.leave()
    assert tuple(map(int, version.split("."))) >= (8, 1, 4)


def test_servers_of_two_checkouts_run_side_by_side(folder: Path) -> None:
    first, second = User(folder / "one"), User(folder / "two")

    one, two = first.addresses(), second.addresses()
    assert set(one).isdisjoint(two)
    assert _answers(*one)
    assert _answers(*two)
    first.leave()
    second.leave()
    for name in ("one", "two"):
        _until(lambda name=name: not _is_guarded(folder / name))  # type: ignore[misc]


def test_killed_users_leave_nothing_running_and_the_data_stays(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    with psycopg.connect(addresses[0]) as connection:
        connection.execute("CREATE TABLE kept (value int)")
    user.kill()
    _until(lambda: not _answers(*addresses))

    again = User(folder)
    with psycopg.connect(again.addresses()[0]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    again.leave()


def test_a_killed_guardian_and_its_stale_files_do_not_trouble_the_next_start(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    os.kill(_guardian_pid(folder), signal.SIGKILL)
    user.kill()
    _until(lambda: not _is_guarded(folder))  # a killed process keeps its locks until it is gone

    again = User(folder)
    assert again.addresses() == addresses
    assert _answers(*addresses)
    again.leave()
    _until(lambda: not _answers(*addresses))


def _guardian_pid(folder: Path) -> int:
    return int(json.loads((folder / "servers.json").read_text())["guardian_pid"])


def test_a_deep_folder_gets_a_socket_that_is_short_enough(folder: Path) -> None:
    deep = folder / ("deep" * 20) / ("er" * 20)
    user = User(deep)

    assert _answers(*user.addresses())
    user.leave()
    _until(lambda: not _is_guarded(deep))


def _redis_pid(redis_url: str) -> int:
    with redis.Redis.from_url(redis_url) as client:
        return int(client.info("server")["process_id"])


def _postmaster_pid(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_a_killed_postgresql_is_back_at_its_address_with_its_data(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    with psycopg.connect(addresses[0]) as connection:
        # The tests' servers write a commit to disk a moment later, which a developer's do not.
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept (value int)")
    for _ in range(2):
        killed = _postmaster_pid(folder)
        os.kill(killed, signal.SIGKILL)
        _until_replaced(killed, lambda: _postmaster_pid(folder))
        _until(lambda: _answers(*addresses))
    with psycopg.connect(addresses[0]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    user.leave()
    _until(lambda: not _answers(*addresses))


def test_a_killed_redis_is_back_at_its_address(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    for _ in range(2):
        killed = _redis_pid(addresses[1])
        os.kill(killed, signal.SIGKILL)
        _until_replaced(killed, lambda: _redis_pid(addresses[1]))
    user.leave()
    _until(lambda: not _answers(*addresses))


def test_both_servers_killed_at_once_are_back(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    killed = [_postmaster_pid(folder), _redis_pid(addresses[1])]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    _until(lambda: not any(map(_is_alive, killed)) and _answers(*addresses))
    user.leave()


def test_a_server_that_was_shut_down_properly_is_started_again_too(folder: Path) -> None:
    user = User(folder)
    addresses = user.addresses()
    stopped = [_postmaster_pid(folder), _redis_pid(addresses[1])]
    for pid in stopped:
        os.kill(pid, signal.SIGTERM)
    _until(lambda: not any(map(_is_alive, stopped)) and _answers(*addresses))
    user.leave()


def _until_replaced(killed: int, read_pid: Callable[[], int]) -> None:
    def is_replaced() -> bool:
        try:
            return read_pid() != killed
        except (OSError, IndexError, redis.RedisError):
            return False

    _until(is_replaced)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
