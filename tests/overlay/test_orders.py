"""A mute and an end reach open pages over every way that is left."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from overlay.models import Overlay
from overlay.orders.listening import standing_orders
from overlay.orders.notifications import notify
from overlay.orders.open_sockets import OpenSockets, open_sockets
from overlay.orders.order import Order, OrderKind, decode_order, encode_order
from overlay.services import end_overlay, mute_overlay
from overlay.signals import standing_orders_asked
from tests.livesessions.conftest import eventually
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.overlay.conftest import Connect, Socket

pytestmark = pytest.mark.processes

LISTENERS = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"


@pytest.fixture
def server(settings: Any) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


async def next_of(page: Socket, kind: str) -> Any:
    while (message := await page.receive())["type"] != kind:
        pass
    return message


@pytest.mark.parametrize("kind", OrderKind)
def test_an_order_survives_its_way_as_text(overlay: Overlay, kind: OrderKind) -> None:
    order = Order(overlay.id, kind)
    assert decode_order(encode_order(order)) == order


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"overlay_id": "x", "kind": "mute"}', '{"kind": "dance"}'])
def test_another_text_is_no_order(text: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode_order(text)


@pytest.mark.parametrize("way", ["this process", "postgresql"])
async def test_without_redis_a_mute_reaches_an_open_page(
    overlay: Overlay,
    other_overlay: Overlay,
    server: OwnRedis,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    page, charlies = await connect(overlay.token), await connect(other_overlay.token)
    await page.receive()
    await charlies.receive()
    await _until_listening()
    server.kill()
    if way == "postgresql":
        monkeypatch.setattr("overlay.services.open_sockets", OpenSockets())  # the request is elsewhere
    else:
        monkeypatch.setattr("overlay.services.notify", lambda order: None)
    await sync_to_async(mute_overlay)(overlay.id, muted=True)
    assert await page.receive() == {"type": "mute", "muted": True}
    await sync_to_async(mute_overlay)(overlay.id, muted=False)
    assert await page.receive() == {"type": "mute", "muted": False}
    await sync_to_async(end_overlay)(overlay.id, lease=1)
    assert await page.receive() == {"type": "cut", "utterance": None}
    assert await page.receive() == {"type": "live", "live": False}
    assert await charlies.communicator.receive_nothing()


async def test_a_mute_that_was_not_stored_mutes_nobody(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    await page.receive()
    await _until_listening()

    def fail() -> None:
        with transaction.atomic():
            mute_overlay(overlay.id, muted=True)
            transaction.set_rollback(True)

    await sync_to_async(fail)()
    await sync_to_async(mute_overlay)(overlay.id, muted=False)
    assert await page.receive() == {"type": "mute", "muted": False}


async def test_after_a_gap_pages_are_told_what_the_rows_demand(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    assert not (await page.receive())["muted"]
    await _until_listening()

    def order_mute(overlay_ids: Any, **kwargs: Any) -> list[Order]:
        return [Order(overlay_id, OrderKind.MUTE) for overlay_id in overlay_ids]

    standing_orders_asked.connect(order_mute)
    try:
        assert await standing_orders([overlay.id]) == [Order(overlay.id, OrderKind.MUTE)]
        await sync_to_async(_break_listeners)()
        assert await page.receive() == {"type": "mute", "muted": True}
        again = await connect(overlay.token)
        assert (await again.receive())["muted"] is True
    finally:
        standing_orders_asked.disconnect(order_mute)


async def test_an_order_of_another_release_is_ignored(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    await page.receive()
    await _until_listening()
    await sync_to_async(_notify_text)("no order")
    await sync_to_async(notify)(Order(overlay.id, OrderKind.MUTE))
    assert await page.receive() == {"type": "mute", "muted": True}


async def test_a_page_that_left_receives_no_more_orders(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    await page.receive()
    await page.leave()
    assert open_sockets.overlays_of(asyncio.get_running_loop()) == set()


async def _until_listening() -> None:
    """Return when this test's listener has subscribed."""
    await eventually(listeners)


def listeners() -> int:
    """Return how many connections listen to orders."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {LISTENERS}")
        return int(cursor.fetchone()[0])


def _break_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {LISTENERS}")


def _notify_text(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('overlay_orders', %s)", [text])
