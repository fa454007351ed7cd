"""A live in managed mode with a real worker: its stream begins and ends with it, whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django_scopes import scopes_disabled
from redis import Redis

from encoder.flv import FlvKind
from encoder.models import StreamTarget
from encoder.services import save_target
from encoder.signals import StreamUse
from encoder.stored_reports import read_report
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill, StopAcknowledgement
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, mute_session, start_session, stop_session
from livesessions.worker import leases
from livesessions.worker.registry import read_capacities, waiting_reason_of
from livesessions.worker.worker import in_thread
from tenants.models import Tenant
from tests.encoder.prepared import card_pictures, store_small_videos
from tests.fakes.rtmp_server import KEY, Behaviour, FakeRtmpServer, Recording, ServerThread
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.worker.worker_processes import until, workers
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.slow]


@pytest.fixture(autouse=True)
def prepared(redis_client: Redis) -> None:
    with suppress(NotImplementedError):
        store_small_videos(storages["loops"])


@pytest.fixture
async def server(settings: Any) -> AsyncIterator[FakeRtmpServer]:
    settings.STREAM_TO_LOOPBACK = True
    async with FakeRtmpServer() as server:
        yield server


def start_managed(show: Show, url: str, key: str = KEY) -> LiveSession:
    """Start a live whose picture we send, with a simulated chat."""
    with scopes_disabled():
        show.mode, show.cooldown_min_s, show.cooldown_max_s = Show.Mode.MANAGED, 0.0, 0.0
        show.save(update_fields=["mode", "cooldown_min_s", "cooldown_max_s"])
        store_key(show, url, key)
        session = create_session(
            show=show, source=LiveSession.Source.SIMULATOR, source_options={"rate_per_minute": 120}
        )
        return start_session(session=session)


def store_key(show: Show, url: str, key: str) -> StreamTarget:
    with scopes_disabled():
        return save_target(tenant=show.tenant, use=StreamUse(show.id, show.name, ""), url=url, key=key)


async def published(server: FakeRtmpServer, connections: int = 1) -> Recording:
    async with asyncio.timeout(PATIENCE_S):
        while len(server.recordings) < connections:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    return await server.arrived(60, connection=connections - 1)


def has_card(recording: Recording) -> bool:
    return bool(card_pictures() & {tag.payload for tag in recording.tags if tag.kind is FlvKind.VIDEO})


def heard(session: LiveSession) -> Callable[[], int]:
    """Count the replies that were heard to their end; nobody has an overlay open."""
    return lambda: Reply.objects.filter(session=session, heard_ended_at__isnull=False).count()


async def test_the_host_is_heard_in_the_stream_until_the_live_is_stopped(
    server: FakeRtmpServer, show: Show
) -> None:
    async with running_worker():
        session = await in_thread(start_managed, show, server.url)
        recording = await published(server)
        await eventually(heard(session))
        await in_thread(mute_session, session=session)
        await in_thread(stop_session, session=session)
        await server.commanded(recording, "deleteStream")
        assert has_card(recording)
    assert recording.key == KEY
    times = [tag.time_ms for tag in recording.tags]
    assert times == sorted(times)


def stopped_parts(session: LiveSession) -> set[str]:
    return set(StopAcknowledgement.objects.filter(session=session).values_list("part", flat=True))


async def test_the_kill_switch_ends_the_stream_and_the_worker_says_so(
    server: FakeRtmpServer, show: Show
) -> None:
    async with running_worker():
        session = await in_thread(start_managed, show, server.url)
        recording = await published(server)
        await eventually(lambda: read_report(show.id))
        await in_thread(kill_session, session=session, way=Kill.Way.CONSOLE)
        await server.commanded(recording, "deleteStream")
        await eventually(lambda: stopped_parts(session), lambda parts: {"stream", "worker"} <= parts)
        assert "stream" in await in_thread(lambda: Kill.objects.get(session=session).parts)


async def test_a_refused_key_leaves_the_live_on_air_and_another_one_is_taken_at_once(
    server: FakeRtmpServer, show: Show
) -> None:
    server.behaviour = Behaviour(publish_status="NetStream.Publish.BadName")
    async with running_worker():
        session = await in_thread(start_managed, show, server.url)
        refused = await eventually(lambda: read_report(show.id), is_refused)
        assert refused is not None
        assert refused["fault"] == "bad_name"
        server.behaviour = Behaviour()
        await in_thread(store_key, show, server.url, "another-key")
        assert (await published(server)).key == "another-key"
        await in_thread(session.refresh_from_db)
        assert session.status == LiveSession.Status.ACTIVE


def is_refused(report: Any) -> bool:
    return report is not None and report["phase"] == "failed"


async def test_the_next_worker_goes_on_with_the_stream_and_its_clock(
    server: FakeRtmpServer, show: Show
) -> None:
    async with running_worker():
        session = await in_thread(start_managed, show, server.url)
        first = await published(server)
    await server.commanded(first, "deleteStream")
    assert not has_card(first), "the live goes on"
    async with running_worker():
        second = await published(server, connections=2)
        assert second.tags[0].time_ms >= first.tags[-1].time_ms
        await in_thread(stop_session, session=session)
        await server.commanded(second, "deleteStream")


# --- a worker that is killed -----------------------------------------------------------------------------


@pytest.fixture
def served() -> Iterator[FakeRtmpServer]:
    with ServerThread() as server:
        yield server


def test_no_child_survives_a_killed_worker_and_another_one_streams(
    show: Show, tenant: Tenant, served: FakeRtmpServer, settings: Any, tmp_path: Path, server_environment: Any
) -> None:
    settings.STREAM_TO_LOOPBACK = True
    store_small_videos(FileSystemStorage(str(tmp_path / "loops")))
    environment = {
        **server_environment,
        "STREAM_TO_LOOPBACK": "true",
        "STREAM_LOOPS_DIR": str(tmp_path / "loops"),
    }
    with workers(environment, tmp_path) as start_worker:
        first = start_worker(capacity=1)
        start_managed(show, served.url)
        until(lambda: served.recordings and len(served.recordings[0].tags) > 60)
        children = encoders_of(first.pid)
        assert children
        start_worker(capacity=1)
        first.kill()
        until(lambda: not any(map(is_running, children)))
        until(lambda: len(served.recordings) > 1 and len(served.recordings[-1].tags) > 60)
        assert served.recordings[-1].tags[0].time_ms > served.recordings[0].tags[-1].time_ms
        assert "Canary7f3a91" not in first.log


def encoders_of(pid: int) -> list[int]:
    """Return the children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# --- more than a worker can carry ------------------------------------------------------------------------


async def test_a_live_that_no_worker_can_stream_waits_and_says_so(show: Show, settings: Any) -> None:
    settings.STREAM_CORES = 0.0
    settings.STREAM_TO_LOOPBACK = True

    def start() -> LiveSession:
        with scopes_disabled():
            show.mode = Show.Mode.MANAGED
            show.save(update_fields=["mode"])
            store_key(show, "rtmp://localhost:1/live", KEY)
            session = create_session(show=show, source=LiveSession.Source.BRIDGE)
            return start_session(session=session)

    async with running_worker():
        await eventually(read_capacities)
        session = await in_thread(start)
        await eventually(lambda: waiting_reason_of(session), lambda reason: reason == "streams_full")
        assert await in_thread(leases.claim, session_id=session.id, owner="w", takes_streams=False) is None
        free = await in_thread(leases.find_available, limit=5, takes_streams=False)
        assert session.id not in free.free
        await in_thread(session.refresh_from_db)
        assert session.status == LiveSession.Status.PENDING
    claimed = await in_thread(leases.claim, session_id=session.id, owner="w")
    assert claimed is not None, "a worker with room takes it"
