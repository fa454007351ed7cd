"""Connects the open sockets of an event loop with the orders from other processes."""

import asyncio
from collections.abc import Collection
from typing import cast
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from overlay.orders.notifications import OrderListener
from overlay.orders.open_sockets import Receive, open_sockets
from overlay.orders.order import Order
from overlay.signals import standing_orders_asked

_listening: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]]" = WeakKeyDictionary()


def register_socket(overlay_id: UUID, receive: Receive) -> None:
    """Give `receive` the orders to an overlay, as events. The event loop listens while it has sockets."""
    loop = asyncio.get_running_loop()
    open_sockets.add(overlay_id, receive)
    if loop not in _listening:
        listener = OrderListener(
            on_order=lambda order: open_sockets.deliver(order, only=loop),
            on_gap=lambda: _deliver_standing_orders(loop),
        )
        _listening[loop] = asyncio.create_task(listener.run(), name="overlay-orders")


def unregister_socket(overlay_id: UUID, receive: Receive) -> None:
    """End what `register_socket` began."""
    loop = asyncio.get_running_loop()
    open_sockets.discard(overlay_id, receive)
    if not open_sockets.overlays_of(loop) and loop in _listening:
        _listening.pop(loop).cancel()


async def standing_orders(overlay_ids: Collection[UUID]) -> list[Order]:
    """Return the orders that the rows still demand of overlays' pages."""
    orders: list[Order] = await database_sync_to_async(_ask_for_standing_orders)(overlay_ids)
    return orders


def _ask_for_standing_orders(overlay_ids: Collection[UUID]) -> list[Order]:
    answers = standing_orders_asked.send(sender=Order, overlay_ids=overlay_ids)
    return [order for _receiver, orders in answers for order in cast("list[Order]", orders)]


async def _deliver_standing_orders(loop: asyncio.AbstractEventLoop) -> None:
    for order in await standing_orders(open_sockets.overlays_of(loop)):
        open_sockets.deliver(order, only=loop)
