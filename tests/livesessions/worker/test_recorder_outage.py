"""The database goes away in mid-live and comes back: all that happened meanwhile is there, once, in order."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest

from livesessions.models.replies import Reply
from livesessions.worker.recorder import writer
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.recorder.rows import EventRow
from tests.fakes.postgres import OwnPostgres
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]


class Owner(NamedTuple):
    """The first columns of every event of a live."""

    tenant_id: UUID
    session_id: UUID
    session_month: date


@pytest.fixture(scope="module")
def postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="vivavoce-outage-") as folder:
        server = OwnPostgres(Path(folder) / "postgres")
        yield server
        server.close()


@pytest.fixture
def owner(postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """A live in the database that will be stopped, to which the recorder writes."""
    parameters = {**postgres.parameters, "autocommit": True}
    monkeypatch.setattr(writer, "connection_parameters", lambda: parameters)
    now = datetime.now(UTC)
    owner = Owner(uuid4(), uuid4(), now.date().replace(day=1))
    with psycopg.connect(**postgres.parameters) as connection:
        connection.execute("SET session_replication_role = replica")  # the live's show is not needed
        connection.execute(
            "INSERT INTO tenants_tenant (id, name, slug, language, time_zone, plan, created_at)"
            " VALUES (%s, '', %s, 'it', 'UTC', '', %s)",
            [owner.tenant_id, str(owner.tenant_id)[:20], now],
        )
        connection.execute(
            "INSERT INTO livesessions_livesession (id, tenant_id, show_id, source, source_options, status,"
            " end_reason, muted, created_at, counts, waiting_reason, lease_owner)"
            " VALUES (%s, %s, %s, 'tiktok', '{}', 'active', '', false, %s, '{}', '', '')",
            [owner.session_id, owner.tenant_id, uuid4(), now],
        )
    return owner


@asynccontextmanager
async def recording(recorder: Recorder) -> AsyncIterator[Recorder]:
    """Run a recorder beside the body, and end it as the worker does."""
    running = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)  # what has not begun cannot be ended
    try:
        yield recorder
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)  # the recorder tells nobody


def event(owner: Owner, number: int) -> EventRow:
    now = datetime.now(UTC)
    return EventRow(*owner, f"event-{number}", "comment", now, now, text=f"line {number}")


def reply(owner: Owner, text: str, *, status: str) -> Reply:
    return Reply(
        id=UUID(int=owner.session_id.int ^ 1),
        tenant_id=owner.tenant_id,
        session_id=owner.session_id,
        trigger_kind="comment",
        text=text,
        status=status,
        created_at=datetime.now(UTC),
    )


def written(postgres: OwnPostgres, owner: Owner) -> list[str]:
    rows = postgres.query(
        "SELECT source_id FROM livesessions_chatevent WHERE session_id = %s ORDER BY id", [owner.session_id]
    )
    return [source_id for (source_id,) in rows]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_nothing_is_lost_or_doubled_while_the_database_is_stopped(
    postgres: OwnPostgres, owner: Owner, mode: str
) -> None:
    number = 0

    async def go_on_until(done: Callable[[], bool]) -> None:
        """The live goes on: some 1,000 events a second, whatever the database does."""
        nonlocal number
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                for _ in range(10):
                    number += 1
                    recorder.add_event(event(owner, number))
                await asyncio.sleep(POLL_S)

    async with recording(Recorder()) as recorder:
        await go_on_until(lambda: number >= 500)
        stopping = asyncio.create_task(asyncio.to_thread(postgres.stop, mode))
        await go_on_until(lambda: stopping.done() and recorder.is_database_down)
        recorder.add_reply(reply(owner, "Ciao", status="speaking"))
        recorder.add_reply(reply(owner, "Ciao Giulia!", status="spoken"))
        recorder.erase_events(owner.session_id, ["event-3", f"event-{number}"])
        gone = number
        await go_on_until(lambda: number >= gone + 1_000)
        assert recorder.held > 1_000
        starting = asyncio.create_task(asyncio.to_thread(postgres.start))
        await go_on_until(starting.done)
        await until(lambda: recorder.held == 0)

    assert recorder.lost == 0
    assert written(postgres, owner) == [f"event-{each}" for each in range(1, number + 1)]
    assert postgres.query(
        "SELECT text, status FROM livesessions_reply WHERE session_id = %s", [owner.session_id]
    ) == [("Ciao Giulia!", "spoken")]
    assert postgres.query(
        "SELECT source_id FROM livesessions_chatevent WHERE session_id = %s AND deleted AND text = ''"
        " ORDER BY id",
        [owner.session_id],
    ) == [("event-3",), (f"event-{gone}",)]


async def test_what_finds_no_room_while_the_database_is_away_is_counted_by_live(
    postgres: OwnPostgres, owner: Owner
) -> None:
    other = owner._replace(session_id=uuid4())
    postgres.stop()
    async with recording(Recorder(capacity_bytes=100_000)) as recorder:
        for number in range(1_000):
            recorder.add_event(event(owner, number))
        for number in range(10):
            recorder.add_event(event(other, number))
        await until(lambda: recorder.is_database_down)
        held = recorder.held
        await asyncio.to_thread(postgres.start)
        await until(lambda: recorder.held == 0)
        recorder.add_event(event(owner, 1_000))

    assert 50 < held < 200
    assert recorder.not_written(owner.session_id) == 1_000 - held
    assert recorder.not_written(other.session_id) == 10
    assert recorder.lost == 1_010 - held
    assert written(postgres, owner) == [f"event-{each}" for each in (*range(held), 1_000)]


async def test_a_worker_that_stops_waits_a_moment_for_the_database(
    postgres: OwnPostgres, owner: Owner
) -> None:
    postgres.stop()
    async with recording(Recorder()) as recorder:
        recorder.add_event(event(owner, 1))
        await until(lambda: recorder.is_database_down)
        starting = asyncio.create_task(asyncio.to_thread(postgres.start))
    await starting

    assert written(postgres, owner) == ["event-1"]


async def test_a_worker_that_stops_without_a_database_says_what_it_loses(
    postgres: OwnPostgres,
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("livesessions.worker.recorder.recorder.DRAIN_S", 0.2)
    postgres.stop()
    try:
        async with recording(Recorder()) as recorder:
            recorder.add_event(event(owner, 1))
            await until(lambda: recorder.is_database_down)
    finally:
        postgres.start()

    assert "rows lost at the end: events=1 replies=0" in caplog.text
    assert "line 1" not in caplog.text
