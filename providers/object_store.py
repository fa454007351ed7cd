"""Stores files of workspaces in a folder or a bucket, each in its workspace's own folder.

`STORAGES` in the settings says where; a caller holds one workspace's objects and can name no others.
"""

import asyncio
import inspect
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.urls import reverse

from providers.errors import ObjectKeyRefused, ObjectStoreError

T = TypeVar("T")

TIMEOUT_S = 20.0
THREADS = 4
MAX_KEY = 400
SIGNING_SALT = "providers.object_store"
# Segments that begin with a letter or a digit: no "..", no absolute path, no hidden file.
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")


class TenantObjects:
    """The objects of one workspace in one storage. Blocks; its methods raise `ObjectStoreError`.

    A key is a relative path of letters, digits, dots, dashes and underscores;
    any other raises `ObjectKeyRefused`.
    """

    def __init__(self, alias: str, tenant_id: UUID, storage: Storage | None = None) -> None:
        self._alias = alias
        self._tenant_id = tenant_id
        self._storage = storage or storages[alias]

    def put(self, key: str, data: bytes) -> None:
        """Store an object in place of the one that was there."""
        name = self._name(key)
        _translated(lambda: self._save(name, data))

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes; None when it is not there."""
        name = self._name(key)
        return _translated(lambda: self._read(name))

    def delete(self, key: str) -> None:
        """Delete an object if it is there."""
        name = self._name(key)
        _translated(lambda: self._storage.delete(name))

    def exists(self, key: str) -> bool:
        name = self._name(key)
        return _translated(lambda: self._storage.exists(name))

    def delete_all(self) -> int:
        """Delete all objects of the workspace; return how many there were."""
        return _translated(lambda: self._delete_folder(str(self._tenant_id)))

    def signed_url(self, key: str, *, lifetime_s: int) -> str:
        """Return an address from which anybody can read the object until it expires.

        A bucket's is absolute; a folder's is a path of this installation, answered by `object_download`.
        """
        name = self._name(key)
        if "expire" in inspect.signature(self._storage.url).parameters:  # buckets sign by themselves
            return _translated(lambda: self._storage.url(name, expire=lifetime_s))  # type: ignore[call-arg]
        claims = [self._alias, name, int(time.time()) + lifetime_s]
        return reverse("providers:object_download", args=[signing.dumps(claims, salt=SIGNING_SALT)])

    def _name(self, key: str) -> str:
        if len(key) > MAX_KEY or not _KEY.fullmatch(key):
            raise ObjectKeyRefused("The key could name something outside of the workspace's folder.")
        return f"{self._tenant_id}/{key}"

    def _save(self, name: str, data: bytes) -> None:
        stored = self._storage.save(name, ContentFile(data))
        if stored != name:  # a storage that never overwrites
            self._storage.delete(stored)
            self._storage.delete(name)
            self._storage.save(name, ContentFile(data))

    def _read(self, name: str) -> bytes | None:
        try:
            with self._storage.open(name) as file:
                data: bytes = file.read()
        except FileNotFoundError:
            return None
        return data

    def _delete_folder(self, folder: str) -> int:
        try:
            folders, files = self._storage.listdir(folder)
        except FileNotFoundError:
            return 0
        for file in files:
            self._storage.delete(f"{folder}/{file}")
        return len(files) + sum(self._delete_folder(f"{folder}/{each}") for each in folders)


class ObjectStore:
    """Does on the event loop what `TenantObjects` does, in threads of its own, which delay nothing else.

    Every method raises `ObjectStoreError` for a fault, and for an answer that takes longer than `timeout_s`.
    """

    def __init__(self, alias: str, storage: Storage | None = None) -> None:
        self._alias = alias
        self._storage = storage
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"objects-{alias}")

    def close(self) -> None:
        """Let the threads go, without waiting for a storage that hangs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def put(self, tenant_id: UUID, key: str, data: bytes, *, timeout_s: float = TIMEOUT_S) -> None:
        await self._run(lambda: self._of(tenant_id).put(key, data), timeout_s)

    async def get(self, tenant_id: UUID, key: str, *, timeout_s: float = TIMEOUT_S) -> bytes | None:
        return await self._run(lambda: self._of(tenant_id).get(key), timeout_s)

    async def delete(self, tenant_id: UUID, key: str, *, timeout_s: float = TIMEOUT_S) -> None:
        await self._run(lambda: self._of(tenant_id).delete(key), timeout_s)

    async def exists(self, tenant_id: UUID, key: str, *, timeout_s: float = TIMEOUT_S) -> bool:
        return await self._run(lambda: self._of(tenant_id).exists(key), timeout_s)

    async def signed_url(
        self, tenant_id: UUID, key: str, *, lifetime_s: int, timeout_s: float = TIMEOUT_S
    ) -> str:
        return await self._run(lambda: self._of(tenant_id).signed_url(key, lifetime_s=lifetime_s), timeout_s)

    def _of(self, tenant_id: UUID) -> TenantObjects:
        return TenantObjects(self._alias, tenant_id, self._storage)

    async def _run(self, work: Callable[[], T], timeout_s: float) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                return await loop.run_in_executor(self._threads, work)
        except TimeoutError:
            raise ObjectStoreError("The object store did not answer in time.") from None


def read_signed(token: str) -> tuple[Storage, str] | None:
    """Return the storage and the name that `signed_url` signed; None when it did not, or not for so long."""
    try:
        alias, name, expires_at_s = signing.loads(token, salt=SIGNING_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (storages[alias], name) if time.time() < expires_at_s else None


def _translated(work: Callable[[], T]) -> T:
    try:
        return work()
    except SuspiciousOperation as error:
        raise ObjectKeyRefused("The storage refused the key.") from error
    except Exception as error:
        # The edge to a storage that a setting chooses: each has exceptions of its own.
        raise ObjectStoreError(f"The object store failed: {type(error).__name__}.") from error
