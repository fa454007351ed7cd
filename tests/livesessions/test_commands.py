"""Commands: how fast they are, and that none of those on the row is lost in a gap."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django_scopes import scopes_disabled
from redis import Redis

from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.services.sessions import mute_session, start_session, unmute_session
from livesessions.worker.worker import in_thread
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.test_leases import overlay_is_live

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDS = 20
AT_ONCE_S = 0.05


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each mute and unmute had taken effect on the host."""
    moments: list[float] = []
    original: Callable[..., Any] = Live.set_muted

    async def set_muted(live: Live, muted: bool) -> None:
        await original(live, muted)
        moments.append(time.monotonic())

    monkeypatch.setattr(Live, "set_muted", set_muted)
    return moments


async def test_a_command_reaches_the_host_within_50_ms(
    session: LiveSession, redis_client: Redis, done: list[float]
) -> None:
    given = []
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        for number in range(COMMANDS):
            service = unmute_session if number % 2 else mute_session
            given.append(time.monotonic())
            await in_thread(service, session=session)
            await eventually(lambda: len(done) == len(given))

    took_s = sorted(end - begin for begin, end in zip(given, done, strict=True))
    print(f"command to effect: p50 {1000 * statistics.median(took_s):.1f} ms, max {1000 * took_s[-1]:.1f} ms")
    assert statistics.median(took_s) < AT_ONCE_S


def on_air(session: LiveSession) -> bool:
    return LiveSession.objects.filter(id=session.id, status="active").exists()


@pytest.mark.parametrize("command", ["mute", "stop"])
async def test_a_command_that_was_lost_on_the_way_is_read_from_the_row(
    session: LiveSession, redis_client: Redis, done: list[float], command: str
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
