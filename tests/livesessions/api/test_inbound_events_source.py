import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from chatsources.events import EventKind, LiveEvent
from chatsources.inbound_events import (
    BATCH,
    InboundEventSource,
    event_from_json,
    event_to_json,
    stream_key,
)
from chatsources.port import SourcePhase
from livesessions.api import event_intake
from livesessions.api.event_intake import deliver
from tests.fakes.live import comment, gift, happening
from tests.fakes.relay import FakeOutage
from tests.patience import PATIENCE_S, POLL_S

SESSION = UUID(int=7)


@pytest.fixture
async def redis(redis_client: SyncRedis) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as client:
        yield client


def comments(first: int, last: int) -> list[LiveEvent]:
    return [comment(f"Line {number}", source_id=f"b:{number}") for number in range(first, last + 1)]


async def post(*events: LiveEvent) -> int:
    """Deliver as the view does: in a thread."""
    return await asyncio.to_thread(deliver, session_id=SESSION, events=events)


async def read(source: InboundEventSource, count: int) -> list[LiveEvent]:
    """Read until `count` events are taken and the next was asked for, or the source has nothing more."""
    taken: list[LiveEvent] = []
    async with asyncio.timeout(PATIENCE_S), aclosing(source.events()) as events:
        async for event in events:
            taken.append(event)
            if len(taken) == count:
                break
    return taken


async def comes_to(source: InboundEventSource, phase: SourcePhase) -> None:
    while True:
        if source.state.phase is phase:
            return
        await asyncio.sleep(POLL_S)


def ids(events: list[LiveEvent]) -> list[str]:
    return [event.source_id for event in events]


@pytest.mark.parametrize(
    "event",
    [
        comment("Ciao 👋🏽 \u202e «'\"\\", source_id="b:1"),
        gift(5, source_id="b:2", open_=True),
        happening(EventKind.VIEWERS, source_id="b:3", count=0),
        replace(
            happening(EventKind.DELETED, source_id="b:4"), targets=("b:1", "1"), target_viewer_ids=("v",)
        ),
        replace(happening(EventKind.ENDED, source_id="b:5"), viewer=None),
    ],
)
def test_an_event_is_the_same_after_the_way_through_redis(event: LiveEvent) -> None:
    assert event_from_json(event_to_json(event)) == event


async def test_what_was_posted_arrives_in_its_order(redis: Redis) -> None:
    assert await post(*comments(1, 120)) == 120
    source = InboundEventSource(redis, SESSION)
    assert await read(source, 120) == comments(1, 120)
    assert (source.counts.received, source.counts.decoded, source.counts.lost) == (120, 120, 0)
    assert source.state.phase is SourcePhase.CONNECTED


async def test_what_is_posted_while_the_source_waits_arrives(redis: Redis) -> None:
    async with asyncio.timeout(PATIENCE_S), aclosing(InboundEventSource(redis, SESSION).events()) as events:
        await post(*comments(1, 1))
        assert (await anext(events)).source_id == "b:1"
        waiting = asyncio.ensure_future(anext(events))
        await post(*comments(2, 2))
        assert (await waiting).source_id == "b:2"


async def test_each_session_has_events_of_its_own(redis: Redis) -> None:
    await asyncio.to_thread(deliver, session_id=uuid4(), events=comments(1, 3))
    await post(*comments(4, 4))
    assert ids(await read(InboundEventSource(redis, SESSION), 1)) == ["b:4"]


async def test_a_second_post_of_the_same_events_changes_nothing(redis: Redis) -> None:
    assert await post(*comments(1, 3)) == 3
    assert await post(*comments(2, 5), *comments(5, 5)) == 2
    assert ids(await read(InboundEventSource(redis, SESSION), 5)) == ids(comments(1, 5))
    assert await post(*comments(1, 5)) == 0


@pytest.mark.parametrize("taken", [1, 7, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH])
async def test_the_next_worker_goes_on_where_the_last_one_stopped(redis: Redis, taken: int) -> None:
    await post(*comments(1, 130))
    first = await read(InboundEventSource(redis, SESSION), taken)
    source = InboundEventSource(redis, SESSION)
    second = await read(source, 131 - taken)
    # The first was closed while it held out its last event: nobody can know whether that was taken.
    assert ids(second) == ids(comments(taken, 130))
    assert ids(first) == ids(comments(1, taken))
    assert source.counts.lost == 0


async def test_a_worker_that_is_killed_leaves_a_batch_to_be_read_again_at_most(redis: Redis) -> None:
    await post(*comments(1, 3 * BATCH))
    killed = InboundEventSource(redis, SESSION).events()
    taken = [(await anext(killed)).source_id for _ in range(BATCH + 10)]
    second = ids(await read(InboundEventSource(redis, SESSION), 2 * BATCH))
    assert second == ids(comments(BATCH + 1, 3 * BATCH))
    assert set(taken) | set(second) == set(ids(comments(1, 3 * BATCH)))
    await killed.aclose()


async def test_what_was_taken_does_not_stay_in_redis(redis: Redis) -> None:
    await post(*comments(1, 100))
    await read(InboundEventSource(redis, SESSION), 100)
    assert await redis.xlen(stream_key(SESSION)) <= 2
    left = [key async for key in redis.scan_iter(f"*{SESSION}*")]
    assert len(left) == 3
    assert all([0 < await redis.ttl(key) <= event_intake.EXPIRES_S for key in left])


async def test_more_than_redis_holds_is_lost_and_counted(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_intake, "MAX_WAITING", 100)
    await post(*comments(1, 10))
    source = InboundEventSource(redis, SESSION)
    assert len(await read(source, 10)) == 10
    for first in range(11, 1011, 500):
        await post(*comments(first, first + 499))
    kept = await redis.xlen(stream_key(SESSION))
    assert 100 <= kept < 500
    late = InboundEventSource(redis, SESSION)
    assert ids(await read(late, kept)) == ids(comments(1011 - kept, 1010))
    assert late.counts.lost == 1010 - 9 - kept


async def test_an_entry_that_is_no_event_is_counted_as_broken(redis: Redis) -> None:
    await post(*comments(1, 1))
    for fields in (
        {"x": "y"},
        {"n": "2", "event": "{}"},
        {"n": "?", "event": b"\xff"},
        {"n": "2", "event": "[]"},
    ):
        await redis.xadd(stream_key(SESSION), dict[Any, Any](fields))
    await post(*comments(2, 2))
    source = InboundEventSource(redis, SESSION)
    assert ids(await read(source, 2)) == ["b:1", "b:2"]
    assert (source.counts.received, source.counts.decoded, source.counts.broken) == (6, 2, 4)
    assert source.counts.lost == 0


async def test_while_redis_is_away_the_source_says_so_and_then_goes_on(redis_client: SyncRedis) -> None:
    await post(*comments(1, 2))
    async with FakeOutage(settings.REDIS_URL) as outage:
        client = Redis.from_url(outage.url, **settings.REDIS_ASYNC_OPTIONS)
        source = InboundEventSource(client, SESSION)
        async with asyncio.timeout(PATIENCE_S), aclosing(source.events()) as events:
            assert [(await anext(events)).source_id for _ in range(2)] == ["b:1", "b:2"]
            await outage.cut()
            waiting = asyncio.ensure_future(anext(events))
            await comes_to(source, SourcePhase.WAITING)
            await post(*comments(3, 3))
            await outage.mend()
            assert (await waiting).source_id == "b:3"
            await comes_to(source, SourcePhase.CONNECTED)
            assert source.counts.reconnects == 1
        await client.aclose()


async def test_a_redis_that_forgot_everything_does_not_stop_the_source(redis: Redis) -> None:
    await post(*comments(1, 30))
    source = InboundEventSource(redis, SESSION)
    async with asyncio.timeout(PATIENCE_S), aclosing(source.events()) as events:
        assert [(await anext(events)).source_id for _ in range(30)] == ids(comments(1, 30))
        await redis.flushdb()
        await post(*comments(31, 31))
        assert (await anext(events)).source_id == "b:31"
    assert source.counts.lost == 0


async def test_closing_a_source_does_not_wait_for_a_redis_that_is_away(redis_client: SyncRedis) -> None:
    await post(*comments(1, 2))
    async with FakeOutage(settings.REDIS_URL) as outage:
        client = Redis.from_url(outage.url, **settings.REDIS_ASYNC_OPTIONS)
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(InboundEventSource(client, SESSION).events()) as events,
        ):
            await anext(events)
            await anext(events)
            await outage.cut()
        await client.aclose()
