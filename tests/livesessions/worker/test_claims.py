"""A reply is claimed in the database before it is voiced, and only under the lease that holds the live."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db.models.functions import Now
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import mute_session, start_session, stop_session
from livesessions.worker import leases
from livesessions.worker.recorder import recorder as recorder_module
from livesessions.worker.recorder import writer as writer_module
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.snapshots import read_log
from livesessions.worker.worker import in_thread
from tests.livesessions.worker.worker_processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def first(session: LiveSession) -> LiveSession:
    """The session as its first worker holds it."""
    start_session(session=session)
    return claim(session, "first")


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    running = asyncio.create_task(recorder.run())
    yield recorder
    running.cancel()
    await asyncio.wait([running])


def claim(session: LiveSession, owner: str) -> LiveSession:
    held = leases.claim(session_id=session.id, owner=owner)
    assert held is not None
    return held


def take_over(session: LiveSession) -> LiveSession:
    LiveSession.objects.filter(id=session.id).update(lease_expires_at=Now() - timedelta(seconds=1))
    return claim(session, "second")


def reply(held: LiveSession, trigger: str = "line-1", **fields: Any) -> Reply:
    return Reply(
        **{
            "id": uuid4(),
            "tenant_id": held.tenant_id,
            "session_id": held.id,
            "trigger_kind": "comment",
            "trigger_source_id": trigger,
            "status": "speaking",
            "created_at": timezone.now(),
            "lease_number": held.lease_number,
            **fields,
        }
    )


def replies(trigger: str = "line-1") -> list[Reply]:
    return list(Reply.objects.filter(trigger_source_id=trigger))


def test_every_lease_has_a_higher_number(first: LiveSession, other_session: LiveSession) -> None:
    start_session(session=other_session)
    other = claim(other_session, "first")
    assert first.lease_number < other.lease_number < take_over(first).lease_number


async def test_a_claimed_reply_is_a_row_before_it_is_said(first: LiveSession, recorder: Recorder) -> None:
    assert await recorder.claim(reply(first, text="", score={"total": 1.5}, also_source_ids=["line-2"]))
    (row,) = await in_thread(replies)
    assert (row.status, row.first_audio_ms, row.lease_number) == ("speaking", None, first.lease_number)
    assert (row.score, row.also_source_ids) == ({"total": 1.5}, ["line-2"])


async def test_a_claim_that_comes_late_does_not_revive_a_reply_that_has_ended(
    first: LiveSession, recorder: Recorder
) -> None:
    cut = reply(first)
    cut.status = "skipped"
    recorder.add_reply(cut)
    await recorder.flush()
    assert not await recorder.claim(reply(first, id=cut.id))
    (row,) = await in_thread(replies)
    assert row.status == "skipped"


async def test_an_approved_reply_can_be_claimed(first: LiveSession, recorder: Recorder) -> None:
    held = reply(first, status="held")
    recorder.add_reply(held)
    await recorder.flush()
    assert await recorder.claim(reply(first, id=held.id))


async def test_after_a_takeover_the_first_worker_says_and_writes_nothing_more(
    first: LiveSession, recorder: Recorder
) -> None:
    said = reply(first)
    assert await recorder.claim(said)
    second = await in_thread(take_over, first)
    assert not await recorder.claim(reply(first, "line-2"))
    said.status, said.first_audio_ms, said.text = "spoken", 100, "From the past."
    recorder.add_reply(said)
    recorder.add_reply(reply(first, "line-3", status="skipped"))
    await recorder.flush()
    (row,) = await in_thread(replies)
    assert (row.status, row.fault, row.first_audio_ms) == ("failed", "worker", None)
    assert await in_thread(replies, "line-2") == await in_thread(replies, "line-3") == []
    assert await recorder.claim(reply(second, "line-2"))


async def test_the_second_worker_does_not_answer_what_the_first_had_claimed(
    first: LiveSession, recorder: Recorder
) -> None:
    assert await recorder.claim(reply(first, also_source_ids=["line-2"]))
    await in_thread(take_over, first)
    assert (await in_thread(read_log, first.id)).answered == {"line-1", "line-2"}


async def test_a_claim_and_a_takeover_at_the_same_time_exclude_each_other(first: LiveSession) -> None:
    """While a claim is being committed, the next worker waits, and then sees it."""
    claiming = psycopg.connect(**writer_module.connection_parameters() | {"autocommit": False})
    with claiming:
        claimed = claiming.execute(writer_module.CLAIM_REPLY, writer_module._reply_values(reply(first)))
        assert claimed.rowcount == 1
        taken = asyncio.create_task(in_thread(take_over, first))
        await in_thread(until_waiting)
        assert not taken.done()
        claiming.commit()
    await taken
    assert (await in_thread(read_log, first.id)).answered == {"line-1"}


def until_waiting() -> None:
    with psycopg.connect(**writer_module.connection_parameters()) as watching:
        waits = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        until(lambda: watching.execute(waits).fetchall())


@pytest.mark.parametrize("silence", [mute_session, stop_session])
async def test_a_silenced_live_claims_nothing_whether_or_not_its_worker_knows(
    first: LiveSession, recorder: Recorder, silence: Any
) -> None:
    await in_thread(silence, session=first)
    assert not await recorder.claim(reply(first))


async def test_a_held_reply_that_is_approved_is_claimed_in_its_own_row(
    first: LiveSession, recorder: Recorder
) -> None:
    held = reply(first, status="held")
    recorder.add_reply(held)
    await recorder.flush()
    held.status = "speaking"
    assert await recorder.claim(held)
    (row,) = await in_thread(replies)
    assert row.status == "speaking"


async def test_while_the_database_is_away_claims_are_granted(
    first: LiveSession, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = writer_module.connection_parameters() | {"host": "/nonexistent"}
    monkeypatch.setattr(writer_module, "connection_parameters", lambda: parameters)
    assert await recorder.claim(reply(first))


async def test_a_database_that_hangs_holds_the_voice_up_for_a_moment_only(
    first: LiveSession, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(recorder_module, "CLAIM_WITHIN_S", 0.01)
    monkeypatch.setattr(writer_module.Writer, "claim", lambda *_: ended.wait())
    try:
        assert await recorder.claim(reply(first))
    finally:
        ended.set()
