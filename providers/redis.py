"""Hands out the process's Redis clients. Nobody else connects to Redis: ruff's TID251 holds it.

Each client has one pool of connections, shared by all who call here: nobody closes what they are given.

- `sync_redis`: for threads that may block.
- `async_redis`: for commands on the running event loop.
- `waiting_redis`: for what waits on the running event loop, such as a subscription or a blocking read. Each
  holds a connection for as long as it waits, so they have a pool of their own.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import lru_cache
from weakref import WeakKeyDictionary

from django.conf import settings
from redis import Redis as SyncRedis
from redis.asyncio import Redis

COMMANDS, WAITING = "commands", "waiting"
Clients = dict[tuple[str, str], Redis]


def sync_redis() -> SyncRedis:
    """Return the process's client for threads; its calls block for a few seconds at most."""
    return _sync_client(settings.REDIS_URL)


def async_redis() -> Redis:
    """Return the running event loop's client for commands."""
    return _async_client(COMMANDS)


def waiting_redis() -> Redis:
    """Return the running event loop's client for subscriptions and blocking reads."""
    return _async_client(WAITING)


@lru_cache
def _sync_client(url: str) -> SyncRedis:
    return SyncRedis.from_url(url, **settings.REDIS_SYNC_OPTIONS)


# A connection belongs to the event loop that opened it. The holder is what closes a loop's clients.
_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Clients, AsyncGenerator[None, None]]]"
_by_loop = WeakKeyDictionary()


def _async_client(purpose: str) -> Redis:
    clients = _clients_of(asyncio.get_running_loop())
    key = (settings.REDIS_URL, purpose)
    if key not in clients:
        clients[key] = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
    return clients[key]


def _clients_of(loop: asyncio.AbstractEventLoop) -> Clients:
    if loop not in _by_loop:
        clients: Clients = {}
        holder = _close_at_end(loop, clients)
        # Runs it to its yield. From then on the loop knows it, and finishes it when the loop is shut down. So
        # does `asyncio.run`, and with it `async_to_sync`, whose loop may live for a single call.
        with suppress(StopIteration):
            holder.__anext__().send(None)
        _by_loop[loop] = (clients, holder)
    return _by_loop[loop][0]


async def _close_at_end(loop: asyncio.AbstractEventLoop, clients: Clients) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        _by_loop.pop(loop, None)
        for client in clients.values():
            await client.aclose()
