"""Stores clips in the object store: an `AudioStore` that never blocks the event loop."""

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
from speech.services import clips
from tenants.threads import in_thread

STORAGE = "lines"  # in the settings' STORAGES
READ_TIMEOUT_S = 0.05  # beyond that it is faster to ask the voice
WRITE_TIMEOUT_S = 20.0
SAID_TTL_S = 86_400
P = ParamSpec("P")


class AudioObjectStore:
    """An `AudioStore` over the object store, with its index in the database and recent lines in Redis.

    A clip's name is its workspace's id and its key: see `clips.clip_name`.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._objects = ObjectStore(STORAGE, storage)

    def close(self) -> None:
        """Shut the threads down without waiting for a store that hangs."""
        self._objects.close()

    async def get(self, name: str) -> bytes | None:
        with suppress(ObjectStoreError):
            return await self._objects.get(*_split_name(name), timeout_s=READ_TIMEOUT_S)
        return None

    async def put(self, name: str, audio: bytes) -> None:
        tenant_id, key = _split_name(name)
        # The index first: a file that it does not know would stay forever.
        await _index(clips.add_clip, tenant_id=tenant_id, key=key, size=len(audio))
        try:
            await self._objects.put(tenant_id, key, audio, timeout_s=WRITE_TIMEOUT_S)
        except ObjectStoreError as error:
            # What the index has counts as stored: it would never be stored again.
            await _index(clips.delete_clip, tenant_id=tenant_id, key=key)
            raise StoreError(str(error)) from error

    async def was_said(self, name: str) -> bool:
        try:
            async with asyncio.timeout(1.0):
                return not await async_redis().set(f"said:{name}", 1, ex=SAID_TTL_S, nx=True)
        except (RedisError, OSError) as error:
            raise StoreError("Redis did not count a line.") from error

    async def touch(self, names: set[str]) -> None:
        """Set the last use of clips to now; raise `StoreError`."""
        await _index(clips.touch_clips, names)


async def _index(work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Change the index of clips in a thread; raise `StoreError`."""
    try:
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            await in_thread(work, *args, **kwargs)
    except DatabaseError as error:
        raise StoreError("The index of clips cannot be reached.") from error
    except TimeoutError:
        raise StoreError("The index of clips did not answer in time.") from None


def delete_audio(tenant_id: UUID, key: str) -> None:
    """Delete a workspace's clip; raise `ObjectStoreError`. Blocks."""
    TenantObjects(STORAGE, tenant_id).delete(key)


def delete_all_audio(tenant_id: UUID) -> int:
    """Delete all clips of a workspace; return how many there were. Raise `ObjectStoreError`. Blocks."""
    return TenantObjects(STORAGE, tenant_id).delete_all()


def _split_name(name: str) -> tuple[UUID, str]:
    tenant, _, key = name.partition("/")
    return UUID(tenant), key
