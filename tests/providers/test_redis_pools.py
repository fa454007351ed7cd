import asyncio
import threading
from typing import Any

import pytest
import redis as sync_redis_library
from asgiref.sync import async_to_sync

from providers import redis as pools
from providers.redis import async_redis, sync_redis, waiting_redis


@pytest.fixture(autouse=True)
def _empty(redis_client: sync_redis_library.Redis) -> None:
    """Each test begins with an empty database."""


async def test_an_event_loop_has_one_client_for_commands_and_one_for_waiting() -> None:
    assert async_redis() is async_redis()
    assert waiting_redis() is waiting_redis()
    assert waiting_redis().connection_pool is not async_redis().connection_pool
    assert await async_redis().set("a", "1")
    assert await waiting_redis().get("a") == b"1"


def test_all_threads_share_the_sync_client() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(sync_redis()))
    thread.start()
    thread.join()
    assert found == [sync_redis()]
    assert sync_redis().ping()


def test_a_thread_never_waits_long_for_redis() -> None:
    options = sync_redis().connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (2.0, 2.0)


async def test_a_command_has_no_timeout_of_its_own_that_could_swallow_a_cancellation() -> None:
    assert async_redis().connection_pool.connection_kwargs["socket_timeout"] is None


def test_a_loop_of_a_single_call_leaves_no_connection_open() -> None:
    async def use() -> list[Any]:
        await async_redis().set("a", "1")
        await waiting_redis().set("b", "1")
        return [
            connection
            for client in (async_redis(), waiting_redis())
            for connection in client.connection_pool._available_connections
        ]

    for call in (async_to_sync(use), lambda: asyncio.run(use())):
        assert [connection.is_connected for connection in call()] == [False, False]
        assert not [loop for loop in pools._by_loop if loop.is_closed()]


async def test_waiting_readers_take_no_connection_from_commands(settings: Any) -> None:
    settings.REDIS_ASYNC_OPTIONS = {**settings.REDIS_ASYNC_OPTIONS, "max_connections": 3}
    readers = asyncio.gather(*(waiting_redis().blpop([f"list-{n}"], timeout=0) for n in range(3)))
    while (await async_redis().info("clients"))["blocked_clients"] < 3:
        pass
    assert await async_redis().set("a", "1")
    for n in range(3):
        await async_redis().rpush(f"list-{n}", "x")
    assert [found and found[1] for found in await readers] == [b"x"] * 3


async def test_a_cancelled_command_leaves_a_clean_connection_behind() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await async_redis().blpop(["nothing"], timeout=0)
    await async_redis().set("a", "mine")
    assert await async_redis().get("a") == b"mine"
