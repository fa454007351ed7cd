"""What viewers wrote and were called is blanked first; later the whole month goes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django_scopes import scopes_disabled
from huey.api import PeriodicTask

from livesessions import tasks
from livesessions.eventlog import retention
from livesessions.eventlog.partitions import EVENT_LOG
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from providers.partitions import shift_month

NOW = datetime(2031, 5, 20, 3, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def log_event(session: LiveSession) -> Callable[[datetime], ChatEvent]:
    """Call with a time for a comment of then, in a session that was made then."""
    numbers = count()

    def log(at: datetime) -> ChatEvent:
        made = LiveSession.objects.create(
            tenant=session.tenant, show=session.show, source="simulator", status="ended"
        )
        LiveSession.objects.filter(id=made.id).update(created_at=at)
        made.refresh_from_db()
        return ChatEvent.objects.create(
            tenant=session.tenant,
            session=made,
            source_id=f"event-{next(numbers)}",
            kind="comment",
            viewer_hash="5" * 32,
            viewer_name="Giulia",
            text="ciao",
            occurred_at=at,
            received_at=at,
        )

    return log


def reply_of(session: LiveSession, at: datetime) -> Reply:
    return Reply.objects.create(
        tenant=session.tenant,
        session=session,
        trigger_kind="comment",
        trigger_text="ciao",
        trigger_viewer_name="Giulia",
        text="Ciao a te!",
        status="spoken",
        created_at=at,
    )


def words(event: ChatEvent) -> tuple[str, str]:
    event.refresh_from_db()
    return event.viewer_name, event.text


def test_words_and_names_go_when_their_days_are_over(log_event: Callable[[datetime], ChatEvent]) -> None:
    limit = NOW - timedelta(days=90)
    older, newer = log_event(limit - timedelta(seconds=1)), log_event(limit + timedelta(seconds=1))

    assert retention.erase_old_texts(NOW) == 1

    assert words(older) == ("", "")
    assert words(newer) == ("Giulia", "ciao")
    assert (older.viewer_hash, older.kind, older.source_id) == ("5" * 32, "comment", "event-0")


def test_words_go_at_the_first_second_of_a_month_too(log_event: Callable[[datetime], ChatEvent]) -> None:
    now = datetime(2031, 5, 30, tzinfo=UTC)  # ninety days after the first of March
    before, after = (
        log_event(datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)),
        log_event(now - timedelta(days=90)),
    )

    retention.erase_old_texts(now)

    assert words(before) == ("", "")
    assert words(after) == ("Giulia", "ciao")


def test_a_live_across_the_end_of_a_month_is_blanked_by_the_time_of_each_event(
    log_event: Callable[[datetime], ChatEvent],
) -> None:
    event = log_event(datetime(2031, 1, 31, 23, tzinfo=UTC))
    ChatEvent.objects.filter(id=event.id).update(received_at=NOW - timedelta(days=89))

    retention.erase_old_texts(NOW)

    assert words(event) == ("Giulia", "ciao")


def test_what_is_blanked_goes_in_batches_and_only_once(
    log_event: Callable[[datetime], ChatEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for day in range(5):
        log_event(datetime(2030, 12, 29, tzinfo=UTC) + timedelta(days=day))

    assert retention.erase_old_texts(NOW) == 5
    assert retention.erase_old_texts(NOW) == 0


def test_what_a_reply_quotes_goes_too_and_the_hosts_own_words_stay(session: LiveSession) -> None:
    old, new = reply_of(session, NOW - timedelta(days=91)), reply_of(session, NOW - timedelta(days=89))

    retention.erase_old_texts(NOW)

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.trigger_text, old.trigger_viewer_name, old.text) == ("", "", "Ciao a te!")
    assert (new.trigger_text, new.trigger_viewer_name) == ("ciao", "Giulia")


@pytest.mark.parametrize(
    ("today", "kept"),
    [
        (date(2031, 5, 1), date(2030, 5, 1)),
        (date(2031, 5, 31), date(2030, 5, 1)),
        (date(2031, 6, 1), date(2030, 6, 1)),
        (date(2032, 2, 29), date(2031, 2, 1)),
    ],
)
def test_twelve_whole_months_are_kept(today: date, kept: date) -> None:
    for month in range(-14, 1):
        EVENT_LOG.make(shift_month(today, month))

    retention.drop_old_events(today)

    assert EVENT_LOG.existing_months()[0] == kept


def test_the_settings_say_how_long(log_event: Callable[[datetime], ChatEvent], settings: Any) -> None:
    settings.CHAT_TEXT_RETENTION_DAYS, settings.CHAT_EVENT_RETENTION_MONTHS = 1, 1
    event = log_event(NOW - timedelta(days=2))
    gone = log_event(NOW - timedelta(days=60))

    retention.maintain_event_log(NOW)

    assert words(event) == ("", "")
    assert not ChatEvent.objects.filter(id=gone.id).exists()


def test_one_night_makes_the_months_ahead_and_drops_what_came_late(
    log_event: Callable[[datetime], ChatEvent],
) -> None:
    """An event of a month that was dropped already lands in the DEFAULT part, and goes the same way."""
    late = log_event(datetime(2029, 1, 15, tzinfo=UTC))

    retention.maintain_event_log(NOW)

    months = EVENT_LOG.existing_months()
    assert months[-1] == date(2031, 8, 1)
    assert date(2031, 5, 1) in months
    assert not ChatEvent.objects.filter(id=late.id).exists()


def test_the_job_runs_every_night_on_the_background_queue() -> None:
    jobs = settings.QUEUES["background"]
    found = [task for task in jobs._registry.periodic_tasks if "keep_event_log" in type(task).__name__]

    assert len(found) == 1
    assert isinstance(found[0], PeriodicTask)
    assert found[0].validate_datetime(datetime(2031, 5, 20, 3, 17))  # noqa: DTZ001 (the queue's own clock)
    assert not found[0].validate_datetime(datetime(2031, 5, 20, 4, 17))  # noqa: DTZ001
    tasks.keep_event_log.call_local()


def test_what_is_held_for_longer_than_any_live_holds_it_expires(session: LiveSession) -> None:
    def held(age_s: float, status: str = "held") -> Reply:
        created_at = datetime.now(UTC) - timedelta(seconds=age_s)
        return Reply.objects.create(
            tenant=session.tenant, session=session, status=status, created_at=created_at, text="Ciao!"
        )

    lost, waiting, spoken = held(130.0), held(110.0), held(200.0, "spoken")
    tasks.keep_held_replies.call_local()
    for reply, status in ((lost, "expired"), (waiting, "held"), (spoken, "spoken")):
        reply.refresh_from_db()
        assert reply.status == status
