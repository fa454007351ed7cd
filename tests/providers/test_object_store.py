import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.test import Client

from providers.errors import ObjectKeyRefused, ObjectStoreError
from providers.object_store import ObjectStore, TenantObjects

ALICE, CHARLIE = UUID(int=1), UUID(int=2)  # they appear in names of tests
FOLDER = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """An alias whose storage is a local folder that overwrites, or one that never does."""
    kinds = {
        "folder": {"BACKEND": FOLDER, "OPTIONS": {"location": str(tmp_path), "allow_overwrite": True}},
        "memory": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    settings.STORAGES = {**settings.STORAGES, "lines": kinds[request.param]}
    return "lines"


@pytest.fixture
def store(storage: str) -> Iterator[ObjectStore]:
    store = ObjectStore(storage)
    yield store
    store.close()


async def test_an_object_is_put_replaced_found_and_deleted(store: ObjectStore) -> None:
    assert await store.get(ALICE, "a/b.pcm") is None
    assert not await store.exists(ALICE, "a/b.pcm")
    await store.put(ALICE, "a/b.pcm", b"one")
    await store.put(ALICE, "a/b.pcm", b"two")
    assert await store.exists(ALICE, "a/b.pcm")
    assert await store.get(ALICE, "a/b.pcm") == b"two"
    await store.delete(ALICE, "a/b.pcm")
    await store.delete(ALICE, "a/b.pcm")
    assert await store.get(ALICE, "a/b.pcm") is None


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        f"../{ALICE}/secret",
        f"a/../../{ALICE}/secret",
        f"/{ALICE}/secret",
        f"a//../{ALICE}/secret",
        "a\\..\\secret",
        "a/.hidden",
        "a\n",
        "%2e%2e/secret",
        "a" * 401,
    ],
)
async def test_no_key_names_another_workspaces_object(store: ObjectStore, key: str) -> None:
    await store.put(ALICE, "secret", b"alice's")
    for attempt in (
        store.get(CHARLIE, key),
        store.put(CHARLIE, key, b"x"),
        store.delete(CHARLIE, key),
        store.exists(CHARLIE, key),
        store.signed_url(CHARLIE, key, lifetime_s=60),
    ):
        with pytest.raises(ObjectKeyRefused):
            await attempt
    assert await store.get(ALICE, "secret") == b"alice's"
    assert await store.get(CHARLIE, "secret") is None
    assert await store.get(CHARLIE, f"{ALICE}/secret") is None


def test_a_workspace_takes_its_objects_with_it(storage: str) -> None:
    alices, charlies = TenantObjects(storage, ALICE), TenantObjects(storage, CHARLIE)
    for key in ("a", "b/c", "b/d/e"):
        alices.put(key, b"x")
        charlies.put(key, b"x")
    assert alices.delete_all() == 3
    assert alices.delete_all() == 0
    assert charlies.exists("b/d/e")
    assert not alices.exists("b/d/e")


async def test_a_signed_address_lets_a_stranger_read_until_it_expires(
    store: ObjectStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put(ALICE, "a/report.csv", b"one")
    url = await store.signed_url(ALICE, "a/report.csv", lifetime_s=60)
    response: Any = await in_thread(lambda: client.get(url))
    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"one")
    assert response["Content-Disposition"] == 'attachment; filename="report.csv"'
    late = await store.signed_url(ALICE, "a/report.csv", lifetime_s=0)
    assert (await in_thread(lambda: client.get(late))).status_code == 404


async def test_charlie_cannot_make_or_change_a_signed_address(store: ObjectStore, client: Client) -> None:
    await store.put(ALICE, "a", b"one")
    url = await store.signed_url(ALICE, "a", lifetime_s=60)
    middle = len(url) // 2
    changed = url[:middle] + ("A" if url[middle] != "A" else "B") + url[middle + 1 :]
    for address in (changed, f"/objects/{ALICE}/", "/objects/a:b:c/"):
        assert (await in_thread(lambda: client.get(address))).status_code == 404  # noqa: B023
    assert (await in_thread(lambda: client.post(url))).status_code == 405


async def test_a_signed_address_of_what_is_gone_is_not_found(store: ObjectStore, client: Client) -> None:
    url = await store.signed_url(ALICE, "gone", lifetime_s=60)
    assert (await in_thread(lambda: client.get(url))).status_code == 404


def test_a_bucket_signs_its_own_addresses() -> None:
    class Bucket(InMemoryStorage):
        def url(self, name: str | None, expire: int | None = None) -> str:
            return f"https://bucket.example/{name}?expires={expire}"

    url = urlsplit(TenantObjects("lines", ALICE, Bucket()).signed_url("a", lifetime_s=60))
    assert (url.path, url.query) == (f"/{ALICE}/a", "expires=60")


async def test_a_storage_that_hangs_is_not_waited_for() -> None:
    gate = threading.Event()

    class Hanging(InMemoryStorage):
        def _open(self, name: str, mode: str = "rb") -> Any:
            gate.wait()
            return ContentFile(b"")

    store = ObjectStore("lines", Hanging())
    try:
        with pytest.raises(ObjectStoreError, match="in time"):
            await store.get(ALICE, "a", timeout_s=0.05)
    finally:
        gate.set()
        store.close()


async def test_whatever_a_backend_raises_is_the_stores_own_error() -> None:
    class Failing(InMemoryStorage):
        def _open(self, name: str, mode: str = "rb") -> Any:
            raise RuntimeError("AccessDenied for key AKIA123")

    store = ObjectStore("lines", Failing())
    with pytest.raises(ObjectStoreError, match="RuntimeError") as fault:
        await store.get(ALICE, "a")
    assert "AKIA" not in str(fault.value)
    store.close()


async def in_thread(work: Any) -> Any:
    return await sync_to_async(work, thread_sensitive=True)()
