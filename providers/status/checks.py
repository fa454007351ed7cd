"""Checks whether this process can work: database, migrations, Redis and object stores. Says which cannot."""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Final

from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.exceptions import RedisError

from providers.redis import sync_redis

WELL: Final = "ok"
REUSED_S: Final = 2.0  # so that whoever asks often does not burden the servers
STORE_TIMEOUT_S: Final = 3.0
STORES: Final = ("lines", "replies")
PROBE_NAME: Final = "probe"  # of an object; whether it is there does not matter

Check = Callable[[], str]


class ReadinessProbe:
    """Runs the checks and remembers their results for `REUSED_S`. Thread-safe; blocks for some seconds."""

    def __init__(self, checks: dict[str, Check] | None = None) -> None:
        self._checks = checks or {
            "database": check_database,
            "migrations": check_migrations,
            "redis": check_redis,
            "object_store": check_object_stores,
        }
        self._lock = Lock()
        self._results: dict[str, str] = {}
        self._asked_s: float | None = None

    def results(self) -> dict[str, str]:
        """Return `ok` or what is wrong, by the name of the check."""
        with self._lock:
            now_s = time.monotonic()
            if self._asked_s is None or now_s - self._asked_s > REUSED_S:
                self._results = {name: check() for name, check in self._checks.items()}
                self._asked_s = time.monotonic()
            return dict(self._results)


def is_ready(results: dict[str, str]) -> bool:
    return all(result == WELL for result in results.values())


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return "does not answer"
    return WELL


def check_migrations() -> str:
    """Return how many migrations of this release the database lacks. One of a newer release does no harm."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except (DatabaseError, InterfaceError):
        return "not known"
    missing = len(_migrations_of_this_release() - applied)
    return f"{missing} not applied: run manage.py migrate" if missing else WELL


@lru_cache(maxsize=1)
def _migrations_of_this_release() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def check_redis() -> str:
    try:
        sync_redis().ping()
    except (RedisError, OSError):
        return "does not answer"
    return WELL


def check_object_stores(aliases: Iterable[str] = STORES) -> str:
    """Return which object stores cannot be read or written, with a limit on how long each is asked."""
    failing = [alias for alias in aliases if not _answers(partial(_use_store, alias))]
    return f"cannot be used: {', '.join(failing)}" if failing else WELL


def _answers(use: Callable[[], None]) -> bool:
    # A thread of its own for each question: one that hangs would block the next.
    thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
    try:
        thread.submit(use).result(STORE_TIMEOUT_S)
    except Exception:
        # The edge to a storage that a setting chooses: each has exceptions of its own.
        return False
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
    return True


def _use_store(alias: str) -> None:
    storage = storages[alias]
    storage.exists(PROBE_NAME)
    if isinstance(storage, FileSystemStorage):
        above = _nearest(Path(storage.location))
        if not (above.is_dir() and os.access(above, os.W_OK)):
            raise PermissionError(alias)


def _nearest(folder: Path) -> Path:
    """Return a folder, or the first one above it that exists: a store makes its folder when it needs it."""
    return next(each for each in (folder, *folder.parents) if each.exists())
