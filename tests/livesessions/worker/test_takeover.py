"""Workers that are killed and stopped: real processes, real PostgreSQL, real Redis."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from chatsources.simulator.room import Room
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import mute_session, stop_session
from tenants.models import Tenant
from tests.livesessions.worker.worker_processes import go_on_air, held_by, speaking_since, until, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.slow]

LIVES = 6
RATE_PER_MINUTE = 100.0


def test_when_a_worker_is_killed_nothing_is_lost_or_said_twice(
    tenant: Tenant, redis_client: Redis, server_environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        first = start_worker(capacity=LIVES)
        go_on_air(tenant, lives=LIVES, rate_per_minute=RATE_PER_MINUTE)
        until(lambda: held_by(first), lambda lives: lives == LIVES)
        second = start_worker(capacity=LIVES)
        began = timezone.now()
        until(lambda: speaking_since(began), lambda lives: lives == LIVES)

        first.kill()
        killed = timezone.now()
        until(lambda: speaking_since(killed), lambda lives: lives == LIVES)
        with scopes_disabled():
            assert held_by(second) == LIVES
            # The next worker reads what it missed before it goes on; on a slow machine that takes a while.
            until(lambda: not_written(until_moment=killed), lambda lost: not lost)
        second.stop()

    with scopes_disabled():
        assert_every_event_is_there_once()
        assert_every_gift_is_thanked_once(until_moment=killed, owed=still_owed(redis_client))


def assert_every_event_is_there_once() -> None:
    for session in LiveSession.objects.all():
        assert [source_id for source_id, times in written_of(session).items() if times > 1] == []


def not_written(*, until_moment: datetime) -> set[str]:
    """Return the events that happened by then and are not in the log."""
    lost: set[str] = set()
    for session in LiveSession.objects.all():
        assert session.started_at is not None
        seconds = (until_moment - session.started_at).total_seconds()
        lost |= happened_by(session, seconds) - set(written_of(session))
    return lost


def written_of(session: LiveSession) -> Counter[str]:
    """Return how often each of the simulator's events is in the log."""
    events = ChatEvent.objects.filter(session=session, source_id__startswith="sim-")
    return Counter(events.values_list("source_id", flat=True))


def happened_by(session: LiveSession, seconds: float) -> set[str]:
    """Return the source ids of all that the simulated room has brought forth by then."""
    seed = session.source_options["seed"]
    happened: set[str] = set()
    for at_s, number, _ in Room(language="it", rate_per_minute=RATE_PER_MINUTE, seed=seed).scenes():
        if at_s > seconds:
            return happened
        happened.add(f"sim-{seed}-{session.id.hex[:8]}-{number}")
    raise AssertionError("a simulated room is endless")


def still_owed(redis: Redis) -> set[tuple[UUID, str]]:
    """Return which gifts the worker that was stopped has left to be thanked, or still to grow."""
    owed: set[tuple[UUID, str]] = set()
    for session_id in LiveSession.objects.values_list("id", flat=True):
        left = redis.hget(f"livesessions:{session_id}:snapshot", "live")
        if left is None:
            continue
        live = json.loads(left)
        waiting = [
            event for item in live["host"]["owed"] for event in (item["event"], *item["also"]) if event
        ]
        for event in (*waiting, *live["intake"]["streaks"]["open"]):
            if event["kind"] == "gift":
                owed.add((session_id, event["source_id"]))
    return owed


def assert_every_gift_is_thanked_once(*, until_moment: datetime, owed: set[tuple[UUID, str]]) -> None:
    """A gift, or a whole streak, has one reply that was heard, or waits for whoever goes on."""
    thanks = Reply.objects.filter(trigger_kind="gift", first_audio_ms__isnull=False)
    thanked = Counter(
        gift_of(reply.session_id, source_id)
        for reply in thanks
        for source_id in (reply.trigger_source_id, *reply.also_source_ids)
    )
    assert [gift for gift, times in thanked.items() if times > 1] == []
    given = {
        (event.session_id, event.viewer_hash, event.gift_id, event.streak_id or event.source_id)
        for event in ChatEvent.objects.filter(kind="gift", received_at__lt=until_moment)
    }
    still_open = ChatEvent.objects.filter(kind="gift", received_at__gte=until_moment)
    later = {(e.session_id, e.viewer_hash, e.gift_id, e.streak_id or e.source_id) for e in still_open}
    assert len(given) > 5
    waiting = {gift_of(*gift) for gift in owed}
    assert given - set(thanked) - later - waiting == set()


def gift_of(session_id: UUID, source_id: str) -> tuple[UUID, str, str, str]:
    event = ChatEvent.objects.get(session_id=session_id, source_id=source_id)
    return event.session_id, event.viewer_hash, event.gift_id, event.streak_id or event.source_id


def test_a_worker_that_is_stopped_releases_its_lives_for_the_next_one(
    tenant: Tenant, redis_client: Redis, server_environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        first = start_worker(capacity=2)
        go_on_air(tenant, lives=2, rate_per_minute=60.0)
        until(lambda: held_by(first), lambda lives: lives == 2)
        second = start_worker(capacity=2)
        stopped = timezone.now()
        first.stop()
        with scopes_disabled():
            assert held_by(first) == 0, "it leaves nothing behind that has to run out"
        until(lambda: held_by(second), lambda lives: lives == 2)
        until(lambda: speaking_since(stopped), lambda lives: lives == 2)


def test_what_is_commanded_while_no_worker_is_there_is_done_by_the_next(
    tenant: Tenant, redis_client: Redis, server_environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        first = start_worker(capacity=2)
        go_on_air(tenant, lives=2, rate_per_minute=60.0)
        until(lambda: speaking_since(LiveSession.objects.earliest("created_at").created_at), lambda n: n == 2)
        first.kill()
        with scopes_disabled():
            stopped, muted = LiveSession.objects.order_by("created_at")
            stop_session(session=stopped)
            mute_session(session=muted)
            commanded = timezone.now()
        second = start_worker(capacity=2)
        until(lambda: LiveSession.objects.get(id=stopped.id).status, lambda status: status == "ended")
        until(lambda: held_by(second))
        later = until(lambda: ChatEvent.objects.filter(session=muted, received_at__gt=commanded), len)

    with scopes_disabled():
        assert LiveSession.objects.get(id=stopped.id).end_reason == "stopped"
        assert later
        assert not Reply.objects.filter(created_at__gt=commanded, first_audio_ms__isnull=False).exists()
