"""A worker is frozen for longer than its lease, and wakes up when another one holds its lives."""

from collections import Counter
from pathlib import Path

import pytest
from django.db.models import F, Q
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import stop_session
from tenants.models import Tenant
from tests.livesessions.worker.worker_processes import (
    answering_since,
    go_on_air,
    held_by,
    speaking_since,
    until,
    workers,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.slow]

LIVES = 3


@pytest.fixture
def eager(tenant: Tenant, redis_client: Redis) -> list[Show]:
    """Shows on air whose host may always speak, in rooms that always talk."""
    shows = go_on_air(tenant, lives=LIVES, rate_per_minute=200)
    with scopes_disabled():
        Show.objects.update(cooldown_min_s=0.0, cooldown_max_s=0.0)
    return shows


def test_each_message_has_one_reply_though_both_workers_run(
    eager: list[Show], server_environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        first = start_worker(capacity=LIVES)
        began = timezone.now()
        until(lambda: answering_since(began), lambda lives: lives == LIVES)
        second = start_worker(capacity=LIVES)
        first.freeze()
        until(lambda: held_by(second), lambda lives: lives == LIVES)
        taken = timezone.now()
        until(lambda: answering_since(taken), lambda lives: lives == LIVES)
        first.thaw()
        until(lambda: first.log.count("lease lost"), lambda lost: lost == LIVES)
        woken = timezone.now()
        until(lambda: answering_since(woken), lambda lives: lives == LIVES)
        first.stop()  # writes what it still has
        second.stop()

    with scopes_disabled():
        answered = Reply.objects.exclude(trigger_source_id="").exclude(
            Q(status="failed") & ~Q(fault="worker")
        )
        replies = Counter(answered.values_list("session_id", "trigger_source_id"))
        assert replies.total() > LIVES
        assert [trigger for trigger, count in replies.items() if count > 1] == []
        current = dict(LiveSession.objects.values_list("id", "lease_number"))
        later = Reply.objects.filter(created_at__gt=taken)
        assert {current[session_id] for session_id in later.values_list("session_id", flat=True)} == set(
            later.values_list("lease_number", flat=True)
        ), "the first worker wrote no reply after the takeover"


def test_a_live_that_is_stopped_meanwhile_stays_ended_when_its_worker_wakes_up(
    eager: list[Show], server_environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        worker = start_worker(capacity=LIVES)
        began = timezone.now()
        until(lambda: speaking_since(began), lambda lives: lives == LIVES)
        worker.freeze()
        with scopes_disabled():
            for session in LiveSession.objects.select_related("show"):
                stop_session(session=session)
        worker.thaw()
        until(lambda: LiveSession.objects.filter(status="ended").count(), lambda ended: ended == LIVES)
        worker.stop()
    with scopes_disabled():
        assert set(LiveSession.objects.values_list("end_reason", flat=True)) == {"stopped"}
        later = Reply.objects.filter(created_at__gt=F("session__ended_at"))
        assert not later.exclude(first_audio_ms=None).exists()
