"""Keeps spoken lines in the object store: an `AudioStore` that never holds the event loop up."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, close_old_connections
from django_scopes import scopes_disabled
from redis.asyncio import Redis
from redis.exceptions import RedisError

from speech.errors import StoreError
from speech.services import lines

logger = logging.getLogger(__name__)

READ_WITHIN_S = 0.05  # then the voice is sooner asked
WRITE_WITHIN_S = 20.0
SAID_FOR_S = 86_400
THREADS = 4
T = TypeVar("T")


def line_storage() -> Storage:
    """Return where lines lie; `STORAGES["lines"]` says which."""
    return storages["lines"]


class AudioObjectStore:
    """An `AudioStore` over Django's storage and the index in the database; counts in Redis what was said."""

    def __init__(self, redis: Redis, storage: Storage | None = None) -> None:
        self._redis = redis
        self._storage = storage or line_storage()
        # Of its own: a store that hangs keeps nothing else waiting.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lines")

    def close(self) -> None:
        """Let the threads go, without waiting for a store that hangs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def get(self, name: str) -> bytes | None:
        with suppress(TimeoutError, StoreError):
            return await self._in_thread(lambda: self._read(name), within_s=READ_WITHIN_S)
        return None

    async def put(self, name: str, audio: bytes) -> None:
        try:
            await self._in_thread(lambda: self._write(name, audio), within_s=WRITE_WITHIN_S)
        except TimeoutError:
            raise StoreError("The object store did not take a line in time.") from None

    async def was_said(self, name: str) -> bool:
        try:
            async with asyncio.timeout(1.0):
                return not await self._redis.set(f"said:{name}", 1, ex=SAID_FOR_S, nx=True)
        except (RedisError, OSError) as error:
            raise StoreError("Redis did not count a line.") from error

    async def touch(self, names: set[str]) -> None:
        """Note that lines were used just now; raise `StoreError`."""
        await self._in_thread(lambda: lines.touch_lines(names), within_s=WRITE_WITHIN_S)

    async def _in_thread(self, work: Callable[[], T], *, within_s: float) -> T:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within_s):
            return await loop.run_in_executor(self._threads, lambda: _translated(work))

    def _read(self, name: str) -> bytes | None:
        try:
            with self._storage.open(name) as file:
                audio: bytes = file.read()
        except FileNotFoundError:
            return None
        return audio

    def _write(self, name: str, audio: bytes) -> None:
        tenant, _, key = name.partition("/")
        # The index first: what it does not know would lie there for ever.
        lines.note_line(tenant_id=UUID(tenant), key=key, size=len(audio))
        try:
            self._storage.save(name, ContentFile(audio))
        except Exception:
            # What the index knows counts as kept: nobody would ask for it again.
            lines.forget_line(tenant_id=UUID(tenant), key=key)
            raise


def _translated(work: Callable[[], T]) -> T:
    """Run blocking work across all workspaces; whatever goes wrong there is a `StoreError`."""
    close_old_connections()
    try:
        with scopes_disabled():
            return work()
    except DatabaseError as error:
        raise StoreError("The index of lines cannot be reached.") from error
    except Exception as error:
        # The edge to a backend that a setting chooses: each has exceptions of its own.
        raise StoreError(f"The object store failed: {type(error).__name__}.") from error
    finally:
        close_old_connections()


def drop_lines_of(tenant: str) -> int:
    """Delete all files of a workspace; return how many there were."""
    storage = line_storage()
    try:
        _, files = storage.listdir(tenant)
    except FileNotFoundError:
        return 0
    for file in files:
        storage.delete(f"{tenant}/{file}")
    return len(files)
