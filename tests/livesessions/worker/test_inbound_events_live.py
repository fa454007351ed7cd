"""A live whose chat a bridge brings, from worker to worker."""

import asyncio
from collections.abc import Callable

import pytest
from django_scopes import scopes_disabled
from redis import Redis

from chatsources.events import EventKind, LiveEvent
from livesessions.api.event_intake import deliver
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from tenants.threads import in_thread
from tests.fakes.live import comment, happening
from tests.livesessions.conftest import eventually, running_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(show: Show, redis_client: Redis) -> LiveSession:
    with scopes_disabled():
        show.cooldown_min_s = show.cooldown_max_s = 0.0
        show.save(update_fields=["cooldown_min_s", "cooldown_max_s"])
        session = create_session(show=show, source=LiveSession.Source.BRIDGE)
        return start_session(session=session)


def comments(first: int, last: int) -> list[LiveEvent]:
    return [
        comment(f"Riga numero {number}", source_id=f"b:{number}", name=f"Anna {number}")
        for number in range(first, last + 1)
    ]


async def post(session: LiveSession, *events: LiveEvent) -> None:
    await asyncio.to_thread(deliver, session_id=session.id, events=events)


def row_of(session: LiveSession) -> Callable[[], LiveSession]:
    return lambda: LiveSession.objects.get(id=session.id)


def written(session: LiveSession) -> Callable[[], list[str]]:
    def look() -> list[str]:
        events = ChatEvent.objects.filter(session=session).order_by("id")
        return list(events.values_list("source_id", flat=True))

    return look


def answered(session: LiveSession) -> list[str]:
    return list(Reply.objects.filter(session=session).values_list("trigger_source_id", flat=True))


async def test_a_bridges_chat_goes_on_with_the_next_worker(session: LiveSession) -> None:
    async with running_worker():
        await eventually(row_of(session), lambda row: row.status == LiveSession.Status.ACTIVE)
        await post(session, *comments(1, 130))
        await eventually(written(session), lambda ids: len(ids) >= 1)
    await post(session, *comments(131, 150))
    async with running_worker():
        await post(session, *comments(151, 160), happening(EventKind.ENDED, source_id="b:over"))
        row = await eventually(row_of(session), lambda row: not row.is_open)
        ids = await eventually(written(session), lambda ids: len(ids) >= 161)
    assert ids == [*(f"b:{number}" for number in range(1, 161)), "b:over"]
    assert row.end_reason == LiveSession.EndReason.LIVE_ENDED
    replies = await in_thread(answered, session)
    assert len(replies) == len(set(replies)), "nobody is answered twice"


async def test_two_workers_in_turn_write_every_event_once_although_both_ways_bring_it(
    show: Show, redis_client: Redis
) -> None:
    """What the simulator's live gets from a bridge is in its log beside the simulated lines, once."""

    def start() -> LiveSession:
        row = create_session(
            show=show, source=LiveSession.Source.SIMULATOR, source_options={"rate_per_minute": 600}
        )
        return start_session(session=row)

    session = await in_thread(start)
    async with running_worker():
        await eventually(row_of(session), lambda row: row.status == LiveSession.Status.ACTIVE)
        await post(session, *comments(1, 20))
        await eventually(written(session), lambda ids: "b:20" in ids)
    async with running_worker():
        await post(session, *comments(15, 30))
        ids = await eventually(written(session), lambda ids: "b:30" in ids)
    from_bridge = [source_id for source_id in ids if source_id.startswith("b:")]
    assert from_bridge == [f"b:{number}" for number in range(1, 31)]
