"""Lives that have ended, with the events and the replies that their reports count."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django_scopes import scopes_disabled

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=10)

AddEvent = Callable[..., ChatEvent]
AddReply = Callable[..., Reply]


@pytest.fixture(autouse=True)
def _across_tenants() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def ended(session: LiveSession) -> LiveSession:
    """A live of ten minutes that has ended."""
    return end(session)


def end(session: LiveSession, *, start: datetime = START, length: timedelta = LENGTH) -> LiveSession:
    LiveSession.objects.filter(id=session.id).update(
        status="ended",
        end_reason="stopped",
        start_requested_at=start,
        started_at=start,
        ended_at=start + length,
    )
    session.refresh_from_db()
    return session


@pytest.fixture
def add_event(ended: LiveSession) -> AddEvent:
    """Call with a kind, the seconds since the start and other fields for an event of the live."""
    numbers = count()

    def add(kind: str, at_s: float, **fields: Any) -> ChatEvent:
        at = START + timedelta(seconds=at_s)
        number = next(numbers)
        fields = {"source_id": f"event-{number}", "viewer_hash": "a", "viewer_name": "Anna", **fields}
        event: ChatEvent = ChatEvent.objects.create(
            tenant=ended.tenant, session=ended, kind=kind, occurred_at=at, received_at=at, **fields
        )
        return event

    return add


@pytest.fixture
def add_reply(ended: LiveSession) -> AddReply:
    """Call with the seconds since the start and other fields for a reply of the live."""

    def add(at_s: float, **fields: Any) -> Reply:
        fields = {"status": Reply.Status.SPOKEN, "text": "Buonasera!", "trigger_kind": "comment", **fields}
        reply: Reply = Reply.objects.create(
            tenant=ended.tenant, session=ended, created_at=START + timedelta(seconds=at_s), **fields
        )
        return reply

    return add
