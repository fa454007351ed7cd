"""Redis is killed and started again, empty, in the middle of a live: the live goes on by itself."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django_scopes import scopes_disabled

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import mute_session, start_session, stop_session, unmute_session
from livesessions.worker.registry import read_capacities
from livesessions.worker.worker import in_thread
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.overlay.conftest import Socket, open_socket
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def server(settings: Any) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


@pytest.fixture
def lively(session: LiveSession) -> LiveSession:
    """A started live whose host may always speak, in a room that always talks."""
    with scopes_disabled():
        session.show.cooldown_min_s = session.show.cooldown_max_s = 0.0
        session.show.save(update_fields=["cooldown_min_s", "cooldown_max_s"])
        session.source_options = {"rate_per_minute": 300, "seed": 3}
        session.save(update_fields=["source_options"])
        return start_session(session=session)


def newest_event(session: LiveSession) -> int:
    return ChatEvent.objects.filter(session=session).count()


async def hear(page: Socket) -> bytes:
    """Return the next audio frame."""
    while True:
        frame = await page.communicator.receive_from()
        if isinstance(frame, bytes):
            return frame


def overlay_flags(session: LiveSession, server: OwnRedis) -> dict[bytes, bytes]:
    with redis.Redis.from_url(server.url) as client:
        flags: dict[bytes, bytes] = client.hgetall(f"overlay:{session.show.overlay_id}:flags")
    return flags


async def test_the_live_goes_on_and_what_was_commanded_meanwhile_is_done(
    lively: LiveSession, server: OwnRedis
) -> None:
    token = await in_thread(lambda: lively.show.overlay.token)
    async with running_worker() as worker, open_socket(token) as page:
        await hear(page)
        server.kill()
        await in_thread(mute_session, session=lively)
        before = await in_thread(newest_event, lively)
        await eventually(lambda: newest_event(lively), lambda count: count > before + 5)
        await eventually(lambda: Reply.objects.filter(session=lively, fault="overlay").exists())
        server.start()

        told = await eventually(
            lambda: overlay_flags(lively, server), lambda flags: flags.get(b"live") == b"1"
        )
        assert told[b"muted"] == b"1", "the command that nobody could bring was read from the row"
        await eventually(read_capacities)
        assert worker.owner in await in_thread(read_capacities)
        await in_thread(unmute_session, session=lively)
        await hear(page)
        await in_thread(stop_session, session=lively)
        ended = await eventually(
            lambda: LiveSession.objects.get(id=lively.id), lambda row: row.status == "ended"
        )

    assert ended.end_reason == "stopped"
    assert ended.counts["not_shown"] > 0, "the lines that the overlay missed are counted"


async def test_a_live_starts_while_redis_is_away_and_is_heard_when_it_is_back(
    session: LiveSession, server: OwnRedis
) -> None:
    token = await in_thread(lambda: session.show.overlay.token)
    async with running_worker() as worker, open_socket(token) as page:
        await page.receive()  # how things stand, which is read from Redis
        await eventually(lambda: worker.owner in read_capacities())
        server.kill()
        await in_thread(start_session, session=session)
        await eventually(lambda: newest_event(session))
        server.start()
        await hear(page)


async def test_a_mute_and_a_stop_reach_the_worker_while_redis_is_away(
    lively: LiveSession, server: OwnRedis
) -> None:
    token = await in_thread(lambda: lively.show.overlay.token)
    async with running_worker() as worker, open_socket(token) as page:
        await hear(page)
        server.kill()
        await in_thread(mute_session, session=lively)
        async with asyncio.timeout(PATIENCE_S):
            while not worker._lives[lively.id].muted:  # noqa: ASYNC110 (nobody announces it)
                await asyncio.sleep(POLL_S)
        await in_thread(stop_session, session=lively)
        ended = await eventually(
            lambda: LiveSession.objects.get(id=lively.id), lambda row: row.status == "ended"
        )
    assert ended.end_reason == "stopped"
