"""A live whose worker is dead or frozen: stop silences the overlay at once; the live ends with the lease."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now
from django_scopes import scopes_disabled
from redis import Redis
from rest_framework.test import APIClient

from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import create_session, start_session, stop_session
from livesessions.tasks import end_stopped_lives, keep_stopped_lives
from livesessions.worker import leases
from tenants.models import User
from tests.overlay.conftest import open_socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def held(session: LiveSession) -> LiveSession:
    """A live whose worker does nothing any more; its lease is still valid."""
    start_session(session=session)
    live = leases.claim(session_id=session.id, owner="frozen")
    assert live is not None
    return live


def expire(session: LiveSession) -> None:
    LiveSession.objects.filter(id=session.id).update(lease_expires_at=Now() - timedelta(seconds=1))


def row(session: LiveSession) -> LiveSession:
    return LiveSession.objects.get(id=session.id)


async def test_the_page_falls_silent_at_once_though_the_worker_does_not_answer(held: LiveSession) -> None:
    async with open_socket(held.show.overlay.token) as page:
        await page.receive()
        await sync_to_async(_stop)(held)
        assert await page.receive() == {"type": "cut", "utterance": None}
        assert await page.receive() == {"type": "live", "live": False}
    stopped = await sync_to_async(_row)(held)
    assert (stopped.status, stopped.end_reason) == ("active", "")


def test_a_live_whose_lease_is_over_ends_when_it_is_stopped(held: LiveSession) -> None:
    expire(held)
    stopped = stop_session(session=held)
    assert (stopped.status, stopped.end_reason) == ("ended", "stopped")
    assert stopped.ended_at is not None
    assert leases.renew(owner="frozen", session_ids=[held.id]) == set(), "its worker learns that it lost it"
    assert not leases.finish(session_id=held.id, owner="frozen", reason="live_ended", counts={})


@pytest.mark.parametrize("job", [end_stopped_lives, keep_stopped_lives])
def test_a_job_ends_it_when_the_lease_is_over(held: LiveSession, job: Any) -> None:
    stop_session(session=held)
    job.call_local()
    assert row(held).status == "active", "its worker may still end it"
    expire(held)
    job.call_local()
    assert (row(held).status, row(held).end_reason) == ("ended", "stopped")


def test_whoever_looks_at_it_ends_it_when_the_lease_is_over(
    held: LiveSession, alice: User, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(alice)
    stop_session(session=held)
    assert api.get(f"/api/v1/sessions/{held.id}/").json()["status"] == "active"
    expire(held)
    seen = api.get(f"/api/v1/sessions/{held.id}/").json()
    assert (seen["status"], seen["end_reason"]) == ("ended", "stopped")


def test_the_show_is_free_for_the_next_live(held: LiveSession) -> None:
    stop_session(session=held)
    expire(held)
    again = create_session(show=held.show, source="simulator")
    assert again.status == "pending"


def test_a_live_that_was_not_stopped_is_left_to_the_next_worker(held: LiveSession) -> None:
    expire(held)
    assert leases.end_stopped() == []
    assert leases.claim(session_id=held.id, owner="next") is not None


def test_stopping_an_ended_live_again_leaves_the_next_live_on_air(held: LiveSession) -> None:
    expire(held)
    stop_session(session=held)
    create_session(show=held.show, source="simulator")
    orders: list[Any] = []

    def note(overlay_id: Any, *, lease: int) -> None:
        orders.append(overlay_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("livesessions.services.sessions.end_overlay", note)
        stop_session(session=held)
    assert orders == []


def test_a_live_that_was_never_on_air_ends_without_a_word_to_the_overlay(session: LiveSession) -> None:
    orders: list[Any] = []

    def note(overlay_id: Any, *, lease: int) -> None:
        orders.append(overlay_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("livesessions.services.sessions.end_overlay", note)
        stopped = stop_session(session=session)
    assert (stopped.status, orders) == ("ended", [])


def _stop(session: LiveSession) -> None:
    with scopes_disabled():
        stop_session(session=session)


def _row(session: LiveSession) -> LiveSession:
    with scopes_disabled():
        return row(session)
