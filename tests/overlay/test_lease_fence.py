"""A page hears only the worker that holds the live: what an older lease sends is refused."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from redis.asyncio import Redis

from overlay.connection.lease_fence import NO_LEASE, LeaseFence
from overlay.models import Overlay
from overlay.orders.notifications import notify
from overlay.orders.order import Order, OrderKind
from overlay.publisher import OverlayPublisher
from overlay.services import announce_lease, end_overlay
from overlay.signals import standing_orders_asked
from speech.stage.audio import AudioChunk
from tests.livesessions.conftest import eventually
from tests.overlay.conftest import Connect, Socket
from tests.overlay.test_orders import listeners

pytestmark = pytest.mark.processes

CHUNK = AudioChunk(b"\x10\x00" * 480, 24_000)


def test_the_newest_lease_wins() -> None:
    fence = LeaseFence()
    assert fence.admits(3)
    assert fence.admits(5)
    assert not fence.admits(3)
    assert not fence.admits(4, of_voice=False)
    assert fence.admits(5)
    assert fence.admits(NO_LEASE), "an overlay test belongs to no live"


def test_a_stopped_lease_may_still_say_that_it_has_ended() -> None:
    fence = LeaseFence()
    fence.silence(5)
    assert not fence.admits(5)
    assert fence.admits(5, of_voice=False)
    assert fence.admits(6)
    fence.silence(4)
    assert fence.admits(6), "an older stop silences no newer lease"


def worker(overlay: Overlay, redis: Redis, lease: int) -> OverlayPublisher:
    return OverlayPublisher(overlay.id, redis=redis, lease=lease)


async def say(publisher: OverlayPublisher, text: str) -> UUID:
    utterance = uuid4()
    await publisher.begin(utterance, text)
    await publisher.audio(utterance, 0, CHUNK)
    await publisher.end(utterance, 20)
    return utterance


async def heard(page: Socket, last: str) -> list[str]:
    """Return the texts of the utterances up to one; a worker's audio always has one."""
    texts: list[str] = []
    while last not in texts:
        message = await page.receive()
        if isinstance(message, dict) and message["type"] == "begin":
            texts.append(message["text"])
    return texts


@pytest.mark.parametrize("way", ["redis", "postgresql"])
async def test_what_a_woken_worker_says_is_not_heard_after_the_takeover(
    overlay: Overlay, redis: Redis, connect: Connect, way: str
) -> None:
    page = await connect(f"{overlay.token}/?version=2")
    await eventually(listeners)
    old, new = worker(overlay, redis, 7), worker(overlay, redis, 8)
    await say(old, "Before the takeover.")
    assert await heard(page, "Before the takeover.") == ["Before the takeover."]
    if way == "redis":
        await new.set_muted(False)
    else:
        await sync_to_async(announce_lease)(overlay.id, lease=8)
        await until_obeyed(page, overlay)
    await say(old, "From the past.")
    await old.set_live(False)
    await say(new, "From the present.")
    assert await heard(page, "From the present.") == ["From the present."]


async def until_obeyed(page: Socket, overlay: Overlay) -> None:
    """Return when the notifications so far have reached the page: a later one has."""
    await sync_to_async(notify)(Order(overlay.id, OrderKind.MUTE))
    while (await page.receive()) != {"type": "mute", "muted": True}:
        pass


@pytest.fixture
def leased(overlay: Overlay) -> Iterator[int]:
    """The number of the lease under which the rows say that a live is on air."""

    def order(overlay_ids: object, **kwargs: object) -> list[Order]:
        return [Order(overlay.id, OrderKind.LEASED, 8)]

    standing_orders_asked.connect(order)
    yield 8
    standing_orders_asked.disconnect(order)


async def test_a_page_that_comes_back_gets_nothing_of_the_past(
    overlay: Overlay, redis: Redis, connect: Connect, leased: int
) -> None:
    first = await connect(f"{overlay.token}/?version=2")
    old, new = worker(overlay, redis, leased - 1), worker(overlay, redis, leased)
    said = await say(new, "From the present.")
    await heard(first, "From the present.")
    await say(old, "From the past.")
    again = await connect(f"{overlay.token}/?version=2&sequence=-1")
    state = await again.receive()
    resumed = await again.receive()
    assert resumed == {"type": "resumed", "utterances": [str(said)]}
    assert (state["live"], state["caption"]) == (True, None)


async def test_after_a_stop_the_voice_of_that_lease_is_refused_and_the_next_live_is_heard(
    overlay: Overlay, redis: Redis, connect: Connect
) -> None:
    page = await connect(f"{overlay.token}/?version=2")
    await eventually(listeners)
    await sync_to_async(end_overlay)(overlay.id, lease=7)
    await until_obeyed(page, overlay)
    await say(worker(overlay, redis, 7), "The frozen one wakes up.")
    await say(worker(overlay, redis, 9), "The next live.")
    assert await heard(page, "The next live.") == ["The next live."]
