"""Commands reach the host in their order, and none of those on the row is lost in a gap."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django_scopes import scopes_disabled
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.services.sessions import mute_session, start_session, unmute_session
from livesessions.worker.command_listener import CommandListener
from livesessions.worker.commands import Mute, send_command
from livesessions.worker.worker import in_thread
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.worker.test_leases import overlay_is_live
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Each mute (True) and unmute that has taken effect on the host."""
    effects: list[bool] = []
    original: Callable[..., Any] = Live.set_muted

    async def set_muted(live: Live, muted: bool) -> None:
        await original(live, muted)
        effects.append(muted)

    monkeypatch.setattr(Live, "set_muted", set_muted)
    return effects


async def test_commands_take_effect_on_the_host_in_their_order(
    session: LiveSession, redis_client: Redis, done: list[bool]
) -> None:
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        for number, service in enumerate((mute_session, unmute_session, mute_session), start=1):
            await in_thread(service, session=session)
            await eventually(lambda: len(done) == number)  # noqa: B023
    assert done == [True, False, True]


async def test_lives_that_subscribe_while_the_listener_starts_all_receive_their_commands(
    redis_client: Redis,
) -> None:
    ids = [uuid4() for _ in range(5)]
    async with AsyncRedis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as redis:
        listener = CommandListener(redis, on_call=lambda: None, on_reconnect=lambda: None)
        running = asyncio.create_task(listener.run())
        queues = await asyncio.gather(*(listener.subscribe(str(each)) for each in ids))
        for each in ids:
            await in_thread(send_command, each, Mute())
        async with asyncio.timeout(PATIENCE_S):
            received = [await queue.get() for queue in queues]
        running.cancel()
        await asyncio.wait([running])
    assert received == [Mute()] * len(ids)


def on_air(session: LiveSession) -> bool:
    return LiveSession.objects.filter(id=session.id, status="active").exists()


@pytest.mark.parametrize("command", ["mute", "stop"])
async def test_a_command_that_was_lost_on_the_way_is_read_from_the_row(
    session: LiveSession, redis_client: Redis, done: list[bool], command: str
) -> None:
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        changes = {"muted": True} if command == "mute" else {"stop_requested_at": session.created_at}
        await in_thread(lambda: LiveSession.objects.filter(id=session.id).update(**changes))
        # Its connection breaks, and the client makes a new one by itself.
        assert redis_client.client_kill_filter(_type="pubsub") > 0
        if command == "mute":
            await eventually(lambda: bool(done))
        else:
            await eventually(lambda: not on_air(session))
