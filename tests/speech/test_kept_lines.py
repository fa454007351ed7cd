"""The object store and its index: what is put there is found, let go of, and gone with its workspace."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.db import DatabaseError
from django.utils import timezone
from django_scopes import scopes_disabled

from speech.errors import StoreError
from speech.models import CachedLine
from speech.services.clips import clip_names, evict_clips
from speech.storage import AudioObjectStore, delete_all_audio
from speech.tasks import drop_lines
from tenants.models import Tenant
from tenants.threads import in_thread

AUDIO = b"\0\0]\xc0" + bytes(2_000)


@pytest.fixture
async def stored(redis_client: Any) -> Any:
    audio = AudioObjectStore(InMemoryStorage())
    yield audio
    audio.close()


@pytest.mark.django_db(transaction=True)
async def test_what_is_put_is_found_and_in_the_index(stored: AudioObjectStore, tenant: Tenant) -> None:
    name = f"{tenant.id}/{'a' * 64}"
    await stored.put(name, AUDIO)
    await stored.put(name, AUDIO)
    assert await stored.get(name) == AUDIO
    assert await stored.get(f"{tenant.id}/nothing") is None
    assert await in_thread(clip_names, tenant.id) == [name]


@pytest.mark.django_db(transaction=True)
async def test_what_the_store_did_not_take_is_not_in_the_index(
    stored: AudioObjectStore, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InMemoryStorage, "_save", lambda *_: 1 / 0)
    with pytest.raises(StoreError):
        await stored.put(f"{tenant.id}/{'a' * 64}", AUDIO)
    assert await in_thread(clip_names, tenant.id) == []


@pytest.mark.django_db(transaction=True)
async def test_a_line_counts_as_said_for_a_day(stored: AudioObjectStore, redis_client: Any) -> None:
    assert [await stored.was_said("t/x") for _ in range(3)] == [False, True, True]
    assert 86_000 < redis_client.ttl("said:t/x") <= 86_400


async def test_a_store_that_hangs_is_not_waited_for() -> None:
    gate = threading.Event()

    class Hanging(InMemoryStorage):
        def _open(self, name: str, mode: str = "rb") -> Any:
            gate.wait()
            return ContentFile(AUDIO)

    audio = AudioObjectStore(Hanging())
    try:
        assert await audio.get(f"{uuid4()}/x") is None
    finally:
        gate.set()
        audio.close()


async def test_whatever_a_backend_raises_is_the_stores_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(InMemoryStorage):
        def _open(self, name: str, mode: str = "rb") -> Any:
            raise RuntimeError("AccessDenied")

    audio = AudioObjectStore(Failing())
    assert await audio.get(f"{uuid4()}/x") is None

    def fail(**_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("speech.services.clips.add_clip", fail)
    with pytest.raises(StoreError, match="index"):
        await audio.put(f"{uuid4()}/x", AUDIO)
    audio.close()


@pytest.mark.django_db
def test_what_was_used_longest_ago_goes_until_the_rest_fits(tenant: Tenant) -> None:
    gone: list[tuple[UUID, str]] = []

    def delete(tenant_id: UUID, key: str) -> None:
        gone.append((tenant_id, key))

    with scopes_disabled():
        for number in range(10):
            CachedLine.objects.create(
                tenant=tenant,
                key=str(number),
                size=100,
                last_used_at=timezone.now() - timedelta(hours=10 - number),
            )
        assert evict_clips(most_bytes=1_000, delete_file=delete) == 0
        assert evict_clips(most_bytes=700, delete_file=delete) == 4
        assert gone == [(tenant.id, str(number)) for number in range(4)]
        assert CachedLine.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_workspace_takes_its_lines_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = storages["lines"]
    tenant, other_tenant = (Tenant.objects.create(name=name, slug=name) for name in ("ends", "stays"))
    monkeypatch.setattr("speech.receivers.drop_lines", drop_lines.call_local)
    for each in (tenant, other_tenant):
        lines.save(f"{each.id}/a", ContentFile(AUDIO))
    with scopes_disabled():
        ended = str(tenant.id)
        tenant.delete()
    assert not lines.exists(f"{ended}/a")
    assert lines.exists(f"{other_tenant.id}/a")
    assert delete_all_audio(uuid4()) == 0
