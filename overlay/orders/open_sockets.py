"""The overlay sockets that are open in this process, for orders that need no other service."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any
from uuid import UUID

from overlay.orders.order import Order

# Takes an event of the socket's consumer; it is called on the consumer's event loop.
Receive = Callable[[dict[str, Any]], None]


class OpenSockets:
    """The open sockets by overlay. Thread-safe: a page's request runs in another thread than the sockets."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sockets: defaultdict[UUID, dict[Receive, asyncio.AbstractEventLoop]] = defaultdict(dict)

    def add(self, overlay_id: UUID, receive: Receive) -> None:
        """Register a socket of the running event loop."""
        with self._lock:
            self._sockets[overlay_id][receive] = asyncio.get_running_loop()

    def discard(self, overlay_id: UUID, receive: Receive) -> None:
        with self._lock:
            self._sockets[overlay_id].pop(receive, None)
            if not self._sockets[overlay_id]:
                del self._sockets[overlay_id]

    def overlays_of(self, loop: asyncio.AbstractEventLoop) -> set[UUID]:
        """Return the overlays with an open socket on an event loop."""
        with self._lock:
            return {overlay_id for overlay_id, sockets in self._sockets.items() if loop in sockets.values()}

    def deliver(self, order: Order, *, only: asyncio.AbstractEventLoop | None = None) -> None:
        """Give an order to the overlay's sockets, of one event loop or of all; never waits."""
        with self._lock:
            sockets = list(self._sockets.get(order.overlay_id, {}).items())
        for receive, loop in sockets:
            if only in (None, loop):
                with suppress(RuntimeError):  # the loop was closed meanwhile
                    loop.call_soon_threadsafe(receive, order.event)


open_sockets = OpenSockets()
