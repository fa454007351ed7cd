"""Who holds a live: claims, renewals, fencing, capacity, and what reaches a live while nobody holds it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session, stop_session
from livesessions.worker import lease_renewer, leases, session_claimer
from livesessions.worker.loop_watchdog import LoopWatchdog
from livesessions.worker.registry import read_capacities
from livesessions.worker.worker import in_thread
from tenants.models import Tenant
from tests.livesessions.conftest import eventually, running_worker
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def waiting(session: LiveSession) -> LiveSession:
    """A live that was started and that no worker has."""
    return start_session(session=session)


def row(session: LiveSession) -> LiveSession:
    return LiveSession.objects.select_related("show__overlay").get(id=session.id)


def claim(session: LiveSession, owner: str) -> LiveSession | None:
    return leases.claim(session_id=session.id, owner=owner)


def expire(session: LiveSession) -> None:
    LiveSession.objects.filter(id=session.id).update(lease_expires_at=Now() - timedelta(seconds=1))


# --- the rows ------------------------------------------------------------------------------------


def test_only_the_first_claim_wins(waiting: LiveSession) -> None:
    assert claim(waiting, "one") is not None
    assert claim(waiting, "other") is None
    held = row(waiting)
    assert (held.status, held.lease_owner) == ("active", "one")
    assert held.lease_expires_at is not None
    assert 8 < (held.lease_expires_at - timezone.now()).total_seconds() <= 10.5


def test_a_live_that_was_not_started_or_has_ended_is_nobodys(session: LiveSession) -> None:
    assert claim(session, "one") is None
    stop_session(session=session)
    assert claim(session, "one") is None
    assert leases.find_available(limit=10) == leases.AvailableSessions([], None)


def test_a_lease_that_ran_out_is_taken_over_and_the_live_keeps_its_beginning(waiting: LiveSession) -> None:
    first = claim(waiting, "one")
    expire(waiting)
    assert leases.find_available(limit=10).free == [waiting.id]
    second = claim(waiting, "other")
    assert first is not None
    assert second is not None
    assert second.started_at == first.started_at
    assert second.lease_owner == "other"


def test_the_search_tells_when_the_next_lease_expires(waiting: LiveSession) -> None:
    claim(waiting, "one")
    found = leases.find_available(limit=10)
    assert found.free == []
    assert found.next_expiry_s is not None
    assert 0 < found.next_expiry_s <= 10


def test_one_update_renews_all_that_is_still_held(waiting: LiveSession, other_session: LiveSession) -> None:
    start_session(session=other_session)
    claim(waiting, "one")
    claim(other_session, "one")
    expire(waiting)
    both = {waiting.id, other_session.id}
    with CaptureQueriesContext(connection) as asked:
        assert leases.renew(owner="one", session_ids=both) == both
    assert len([query for query in asked if query["sql"].startswith("UPDATE")]) == 1
    assert any("synchronous_commit TO OFF" in query["sql"] for query in asked), "claims wait for these rows"
    assert claim(waiting, "other") is None, "nobody had taken it, so it was renewed"
    expire(waiting)
    claim(waiting, "other")
    assert leases.renew(owner="one", session_ids=both) == {other_session.id}


async def test_a_lease_is_renewed_while_every_common_thread_is_busy(
    waiting: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lives that start read their rows in those threads, many at once."""
    monkeypatch.setattr(leases, "RENEW_S", 0.01)
    await in_thread(claim, waiting, "one")
    await in_thread(expire, waiting)
    released, renewed = threading.Event(), asyncio.Event()
    renew = leases.renew

    def noted(*, owner: str, session_ids: set[UUID]) -> set[UUID]:
        held = renew(owner=owner, session_ids=session_ids)
        loop.call_soon_threadsafe(renewed.set)
        return held

    monkeypatch.setattr(leases, "renew", noted)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    busy = asyncio.create_task(asyncio.to_thread(released.wait))
    renewer = lease_renewer.LeaseRenewer("one", on_lost=lambda session_id: None, on_outage=lambda: None)
    renewer.add(waiting.id)
    running = asyncio.create_task(renewer.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await renewed.wait()
        assert not busy.done()
    finally:
        running.cancel()
        released.set()
        await asyncio.wait([running, busy])


def test_who_has_lost_a_lease_writes_nothing_more(waiting: LiveSession) -> None:
    claim(waiting, "one")
    expire(waiting)
    claim(waiting, "other")
    assert not leases.finish(session_id=waiting.id, owner="one", reason="stopped", counts={"received": 1})
    assert not leases.release(session_id=waiting.id, owner="one", counts={"received": 1})
    held = row(waiting)
    assert (held.status, held.lease_owner, held.counts) == ("active", "other", {})
    assert leases.finish(session_id=waiting.id, owner="other", reason="live_ended", counts={"received": 2})
    assert (row(waiting).status, row(waiting).counts) == ("ended", {"received": 2})


def test_a_live_that_was_given_back_waits_for_the_next_worker(waiting: LiveSession) -> None:
    claim(waiting, "one")
    assert leases.release(session_id=waiting.id, owner="one", counts={"received": 3})
    assert (row(waiting).status, row(waiting).counts) == ("pending", {"received": 3})
    assert claim(waiting, "other") is not None


def test_what_a_killed_worker_was_saying_has_failed(waiting: LiveSession) -> None:
    claim(waiting, "one")
    reply = Reply.objects.create(
        tenant=waiting.tenant,
        session=waiting,
        trigger_kind="comment",
        status="speaking",
        created_at=timezone.now(),
    )
    expire(waiting)
    claim(waiting, "other")
    reply.refresh_from_db()
    assert (reply.status, reply.fault) == ("failed", "worker")


# --- workers -------------------------------------------------------------------------------------


async def test_a_worker_finds_what_was_started_without_it(waiting: LiveSession) -> None:
    async with running_worker() as worker:
        held = await eventually(lambda: row(waiting), lambda held: held.status == "active")
        assert held.lease_owner == worker.owner


def overlay_is_live(session: LiveSession, redis_client: Redis) -> bool:
    return redis_client.hget(f"overlay:{session.show.overlay_id}:flags", "live") == b"1"


async def test_a_worker_that_lost_a_lease_falls_silent_and_ends_nothing(
    waiting: LiveSession, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_S", 0.1)
    async with running_worker() as worker:
        await eventually(lambda: overlay_is_live(waiting, redis_client))
        await in_thread(lambda: LiveSession.objects.filter(id=waiting.id).update(lease_owner="other"))
        await eventually(lambda: read_capacities()[worker.owner].running, lambda running: running == 0)
        held = await in_thread(lambda: row(waiting))
        assert (held.status, held.lease_owner, held.end_reason) == ("active", "other", "")
    assert overlay_is_live(waiting, redis_client)


async def test_a_full_worker_lets_lives_wait_and_says_so(
    waiting: LiveSession, other_show: Show, tenant: Tenant, settings: Any
) -> None:
    settings.WORKER_CAPACITY = 1
    async with running_worker() as worker:
        await eventually(lambda: row(waiting), lambda held: held.status == "active")
        await eventually(lambda: read_capacities()[worker.owner].full)
        second = await in_thread(start_another, other_show)
        worker.submit(str(second.id))
        await eventually(lambda: row(second), lambda held: held.waiting_reason == "at_capacity")
        assert (await in_thread(lambda: row(second))).status == "pending"
        await in_thread(stop_session, session=waiting)
        held = await eventually(lambda: row(second), lambda held: held.status == "active")
        assert held.waiting_reason == ""


async def test_an_overloaded_worker_lets_a_further_live_wait_and_says_so(
    waiting: LiveSession, other_show: Show, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live beyond what fits would make the replies of all lives fail."""
    load = {"overloaded": True}
    monkeypatch.setattr(LoopWatchdog, "overloaded", property(lambda _: load["overloaded"]))
    async with running_worker() as worker:
        await eventually(lambda: row(waiting), lambda held: held.status == "active")
        await eventually(lambda: read_capacities()[worker.owner].full)
        second = await in_thread(start_another, other_show)
        worker.submit(str(second.id))
        await eventually(lambda: row(second), lambda held: held.waiting_reason == "at_capacity")
        assert (await in_thread(lambda: row(second))).status == "pending"
        assert (await in_thread(lambda: row(waiting))).status == "active"
        load["overloaded"] = False
        held = await eventually(lambda: row(second), lambda held: held.status == "active")
        assert held.waiting_reason == ""


def start_another(show: Show) -> LiveSession:
    session = create_session(show=show, source="simulator", source_options={"seed": 2})
    return start_session(session=session)


async def test_without_a_worker_a_live_says_that_it_waits_for_one(waiting: LiveSession) -> None:
    held = await in_thread(lambda: row(waiting))
    assert held.waiting_reason == "no_worker"


async def test_a_live_between_two_workers_that_is_stopped_ends_and_its_overlay_too(
    waiting: LiveSession, redis_client: Redis
) -> None:
    async with running_worker():
        await eventually(lambda: overlay_is_live(waiting, redis_client))
    held = await in_thread(lambda: row(waiting))
    assert held.status == "pending"
    assert overlay_is_live(waiting, redis_client), "the next worker goes on without a gap on the screen"
    await in_thread(stop_session, session=held)
    assert (await in_thread(lambda: row(waiting))).end_reason == "stopped"
    assert not overlay_is_live(waiting, redis_client)


async def test_while_the_database_is_away_a_live_goes_on_and_its_own_worker_comes_first(
    waiting: LiveSession, monkeypatch: pytest.MonkeyPatch, redis_client: Redis
) -> None:
    failures = 0
    monkeypatch.setattr(leases, "RENEW_S", 0.05)
    monkeypatch.setattr(lease_renewer, "RETRY_S", 0.05)
    monkeypatch.setattr(session_claimer, "SEARCH_EVERY_S", (0.05, 0.1))
    renew, find_available = leases.renew, leases.find_available

    def away(**asked: Any) -> Any:
        nonlocal failures
        failures += 1
        raise OperationalError

    async with running_worker() as worker:
        await eventually(lambda: overlay_is_live(waiting, redis_client))
        monkeypatch.setattr(leases, "renew", away)
        monkeypatch.setattr(leases, "find_available", away)
        await in_thread(lambda: expire(waiting))
        await eventually(lambda: failures, lambda count: count >= 4)
        await eventually(lambda: read_capacities()[worker.owner].running, lambda running: running == 1)

        looks = 0

        def look_again(**asked: Any) -> leases.AvailableSessions:
            nonlocal looks
            looks += 1
            return find_available(**asked)

        other = await in_thread(lambda: row(waiting))
        monkeypatch.setattr(leases, "find_available", look_again)
        await eventually(lambda: looks, lambda count: count >= 3)
        assert (await in_thread(lambda: row(waiting))).lease_expires_at == other.lease_expires_at
        monkeypatch.setattr(leases, "renew", renew)
        await eventually(lambda: leases.find_available(limit=1).free, lambda free: free == [])
        assert (await in_thread(lambda: row(waiting))).lease_owner == worker.owner


async def test_a_claim_that_was_cancelled_on_its_way_is_given_back_when_the_worker_stops(
    waiting: LiveSession,
) -> None:
    async with running_worker() as worker:
        # What a claim's thread leaves behind when its task was cancelled before the answer came.
        await in_thread(leases.claim, session_id=waiting.id, owner=worker.owner)

    held = await in_thread(row, waiting)
    assert (held.status, held.lease_expires_at) == ("pending", None)
