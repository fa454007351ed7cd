"""Who is open on an overlay, and who hears of it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from redis.asyncio import Redis
from redis.exceptions import RedisError

from overlay import consumers, presence
from overlay.connection import page_registration
from overlay.models import Overlay
from overlay.presence import PresenceStore, read_pages
from overlay.signals import overlay_pages_changed
from tests.overlay.conftest import Connect
from tests.overlay.test_reports import HELLO

Changes = asyncio.Queue[list[dict[str, Any]]]


@pytest.fixture
def changes() -> Iterator[Changes]:
    told: Changes = asyncio.Queue()

    async def note(pages: list[dict[str, Any]], **kwargs: Any) -> None:
        await told.put(pages)

    overlay_pages_changed.connect(note)
    yield told
    overlay_pages_changed.disconnect(note)


async def test_a_page_that_says_hello_is_there_until_it_leaves(
    overlay: Overlay, connect: Connect, changes: Changes
) -> None:
    page = await connect(overlay.token)
    await page.send(HELLO)
    (entry,) = await changes.get()
    assert (entry["software"], entry["version"], entry["sound"]) == ("obs", "31.0.2", "")
    assert (entry["width"], entry["height"]) == (1080, 1920)
    await page.send({"type": "sound", "state": "blocked"})
    (entry,) = await changes.get()
    assert entry["sound"] == "blocked"
    assert [each["sound"] for each in await sync_to_async(read_pages)(overlay.id)] == ["blocked"]
    await page.leave()
    assert await changes.get() == []
    assert await sync_to_async(read_pages)(overlay.id) == []


async def test_two_pages_are_two(overlay: Overlay, connect: Connect, changes: Changes) -> None:
    for count, software in ((1, "obs"), (2, "browser")):
        page = await connect(overlay.token)
        await page.send({**HELLO, "software": software})
        assert len(await changes.get()) == count
    assert [each["software"] for each in await sync_to_async(read_pages)(overlay.id)] == ["obs", "browser"]


async def test_a_sign_of_life_changes_nothing_and_keeps_the_page_there(
    overlay: Overlay, connect: Connect, changes: Changes, redis: Redis
) -> None:
    page = await connect(overlay.token)
    await page.send(HELLO)
    await changes.get()
    await redis.pexpire(f"overlay:{overlay.id}:pages", 1_000)
    await page.send({"type": "ping"})
    await page.send(HELLO)
    await page.send({"type": "sound", "state": "ok"})
    await changes.get()
    assert changes.empty()
    assert await redis.pttl(f"overlay:{overlay.id}:pages") > 10_000


async def test_a_page_that_falls_silent_is_gone_and_comes_back_with_its_next_word(
    overlay: Overlay, connect: Connect, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_registration, "LIFETIME_MS", 50)
    page = await connect(overlay.token)
    await page.send(HELLO)
    assert len(await changes.get()) == 1
    assert await changes.get() == []
    await page.send({"type": "ping"})
    assert len(await changes.get()) == 1


async def test_nobody_fills_the_book(overlay: Overlay, connect: Connect, changes: Changes) -> None:
    for count in range(presence.MAX_PAGES + 2):
        page = await connect(overlay.token)
        await page.send(HELLO)
        assert len(await changes.get()) == min(count + 1, presence.MAX_PAGES)


async def test_one_tenants_pages_are_not_anothers(
    overlay: Overlay, other_overlay: Overlay, connect: Connect, changes: Changes
) -> None:
    page = await connect(overlay.token)
    await page.send(HELLO)
    await changes.get()
    assert await sync_to_async(read_pages)(other_overlay.id) == []


async def test_a_page_that_redis_has_forgotten_is_sent_away_to_come_back(
    overlay: Overlay, connect: Connect, changes: Changes, redis: Redis
) -> None:
    page = await connect(overlay.token)
    for message in (HELLO, {"type": "sound", "state": "ok"}):
        await page.send(message)
        await changes.get()
    await redis.delete(f"overlay:{overlay.id}:pages")
    await page.send({"type": "ping"})
    assert await page.receive_close() == consumers.CLOSE_TRY_AGAIN


async def test_a_page_comes_back_after_redis_did_not_answer(
    overlay: Overlay, connect: Connect, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await connect(overlay.token)
    await page.send(HELLO)
    await changes.get()
    tried = asyncio.Event()

    async def fail(*args: Any) -> bool:
        tried.set()
        raise RedisError

    with monkeypatch.context() as away:
        away.setattr(PresenceStore, "put", fail)
        await page.send({"type": "ping"})
        await tried.wait()
    await page.send({"type": "ping"})
    assert await page.receive_close() == consumers.CLOSE_TRY_AGAIN


async def test_a_page_for_which_the_book_has_no_room_stays(
    overlay: Overlay, connect: Connect, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "MAX_PAGES", 1)
    for _ in range(2):
        page = await connect(overlay.token)
        await page.send(HELLO)
        await changes.get()
    await page.receive()
    for _ in range(3):
        await page.send({"type": "ping"})
        assert (await page.receive())["type"] == "pong"
    assert await page.communicator.receive_nothing()
