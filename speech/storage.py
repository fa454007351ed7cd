"""Keeps spoken lines in the object store: an `AudioStore` that never holds the event loop up."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec
from uuid import UUID

from django.core.files.storage import Storage
from django.db import DatabaseError
from redis.exceptions import RedisError

from providers.errors import ObjectStoreError
from providers.object_store import ObjectStore, TenantObjects
from providers.redis import async_redis
from speech.errors import StoreError
from speech.services import lines
from tenants.threads import in_thread

STORAGE = "lines"  # in the settings' STORAGES
READ_WITHIN_S = 0.05  # then the voice is sooner asked
WRITE_WITHIN_S = 20.0
SAID_FOR_S = 86_400
P = ParamSpec("P")


class AudioObjectStore:
    """An `AudioStore` over the object store and the index in the database; counts in Redis what was said.

    A line's name is its workspace's id and its key: see `lines.name_of`.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._objects = ObjectStore(STORAGE, storage)

    def close(self) -> None:
        """Let the threads go, without waiting for a store that hangs."""
        self._objects.close()

    async def get(self, name: str) -> bytes | None:
        with suppress(ObjectStoreError):
            return await self._objects.get(*_parted(name), timeout_s=READ_WITHIN_S)
        return None

    async def put(self, name: str, audio: bytes) -> None:
        tenant_id, key = _parted(name)
        # The index first: what it does not know would lie there for ever.
        await _index(lines.note_line, tenant_id=tenant_id, key=key, size=len(audio))
        try:
            await self._objects.put(tenant_id, key, audio, timeout_s=WRITE_WITHIN_S)
        except ObjectStoreError as error:
            # What the index knows counts as kept: nobody would ask for it again.
            await _index(lines.forget_line, tenant_id=tenant_id, key=key)
            raise StoreError(str(error)) from error

    async def was_said(self, name: str) -> bool:
        try:
            async with asyncio.timeout(1.0):
                return not await async_redis().set(f"said:{name}", 1, ex=SAID_FOR_S, nx=True)
        except (RedisError, OSError) as error:
            raise StoreError("Redis did not count a line.") from error

    async def touch(self, names: set[str]) -> None:
        """Note that lines were used just now; raise `StoreError`."""
        await _index(lines.touch_lines, names)


async def _index(work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Change the index of lines in a thread; raise `StoreError`."""
    try:
        async with asyncio.timeout(WRITE_WITHIN_S):
            await in_thread(work, *args, **kwargs)
    except DatabaseError as error:
        raise StoreError("The index of lines cannot be reached.") from error
    except TimeoutError:
        raise StoreError("The index of lines did not answer in time.") from None


def delete_audio(tenant_id: UUID, key: str) -> None:
    """Delete a workspace's line; raise `ObjectStoreError`. Blocks."""
    TenantObjects(STORAGE, tenant_id).delete(key)


def delete_all_audio(tenant_id: UUID) -> int:
    """Delete all lines of a workspace; return how many there were. Raise `ObjectStoreError`. Blocks."""
    return TenantObjects(STORAGE, tenant_id).delete_all()


def _parted(name: str) -> tuple[UUID, str]:
    tenant, _, key = name.partition("/")
    return UUID(tenant), key
