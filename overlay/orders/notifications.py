"""Orders over PostgreSQL's notifications: they reach the pages while Redis is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import psycopg
from django.db import connection
from django.db.utils import Error as DjangoDatabaseError

from overlay.orders.order import Order, decode_order, encode_order
from providers.postgres import direct_parameters

logger = logging.getLogger(__name__)

CHANNEL = "overlay_orders"
RETRY_S = 1.0
CHECK_EVERY_S = 5.0
ANSWER_WITHIN_S = 3.0


def notify(order: Order) -> None:
    """Send an order with the current transaction: it is delivered when, and only if, that is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, encode_order(order)])


class OrderListener:
    """Receives the orders of all processes, over a connection of its own.

    - `on_order` is called with each order.
    - `on_gap` is awaited after each connection: orders before it may have been missed.
    """

    def __init__(self, *, on_order: Callable[[Order], None], on_gap: Callable[[], Awaitable[None]]) -> None:
        self._on_order = on_order
        self._on_gap = on_gap

    async def run(self) -> None:
        """Listen until cancelled; reconnect every `RETRY_S` while PostgreSQL is away."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, DjangoDatabaseError, OSError):  # TimeoutError is an OSError
                logger.warning("database unreachable: orders to overlays reach this process over Redis only")
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        parameters = {**direct_parameters(), "cursor_factory": psycopg.AsyncCursor}
        async with await psycopg.AsyncConnection.connect(**parameters) as listening:
            await listening.execute(f"LISTEN {CHANNEL}")
            await self._on_gap()
            while True:
                async for notification in listening.notifies(timeout=CHECK_EVERY_S):
                    self._receive(notification.payload)
                # A lost network raises no error by itself.
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await listening.execute("SELECT 1")

    def _receive(self, payload: str) -> None:
        try:
            self._on_order(decode_order(payload))
        except (KeyError, TypeError, ValueError):
            logger.warning("order to an overlay not understood")  # from another release
