"""The event log lies in parts, one a month; the parts are made ahead and dropped whole."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django_scopes import scopes_disabled

from livesessions.eventlog.partitions import EVENT_LOG
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from providers.partitions import shift_month

THIS_MONTH = date(2031, 5, 1)


@pytest.fixture(autouse=True)
def across_tenants(db: None) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def log_event(session: LiveSession) -> Callable[..., ChatEvent]:
    """Call with the time at which the session was made for an event of it."""
    numbers = count()

    def log(made_at: datetime, source_id: str = "") -> ChatEvent:
        ChatEvent.objects.all().delete()
        LiveSession.objects.filter(id=session.id).update(created_at=made_at)
        return write(source_id)

    def write(source_id: str) -> ChatEvent:
        return ChatEvent.objects.create(
            tenant=session.tenant,
            session=LiveSession.objects.get(id=session.id),
            source_id=source_id or f"event-{next(numbers)}",
            kind="comment",
            occurred_at=datetime.now(UTC),
            received_at=datetime.now(UTC),
        )

    return log


def part_of(event: ChatEvent) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM livesessions_chatevent WHERE id = %s", [event.id]
        )
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def test_migrating_makes_the_parts_of_this_month_and_the_next_three() -> None:
    today = datetime.now(UTC).date()
    assert EVENT_LOG.existing_months() == [shift_month(today, ahead) for ahead in range(4)]


@pytest.mark.parametrize(
    ("month", "by", "shifted"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2027, 1, 31), -1, date(2026, 12, 1)),
        (date(2027, 1, 1), -12, date(2026, 1, 1)),
        (date(2026, 10, 31), 14, date(2027, 12, 1)),
    ],
)
def test_months_are_counted_across_years(month: date, by: int, shifted: date) -> None:
    assert shift_month(month, by) == shifted


def test_the_parts_are_made_across_the_end_of_the_year_and_only_once() -> None:
    missing = EVENT_LOG.make(date(2030, 11, 30))

    assert missing == [date(2030, 11, 1), date(2030, 12, 1), date(2031, 1, 1), date(2031, 2, 1)]
    assert EVENT_LOG.make(date(2030, 11, 30)) == []


@pytest.mark.parametrize(
    ("made_at", "part"),
    [
        (datetime(2031, 5, 1, tzinfo=UTC), "livesessions_chatevent_2031_05"),
        (datetime(2031, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC), "livesessions_chatevent_2031_05"),
        (datetime(2031, 6, 1, tzinfo=UTC), "livesessions_chatevent_2031_06"),
        (datetime(2031, 4, 30, 23, 59, 59, tzinfo=UTC), "livesessions_chatevent_default"),
    ],
)
def test_an_event_lies_in_the_month_of_its_session(
    log_event: Callable[..., ChatEvent], made_at: datetime, part: str
) -> None:
    EVENT_LOG.make(THIS_MONTH)

    assert part_of(log_event(made_at)) == part


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_month_does_not_depend_on_the_time_zone_of_a_connection(
    log_event: Callable[..., ChatEvent], zone: str
) -> None:
    EVENT_LOG.make(THIS_MONTH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])

    event = log_event(datetime(2031, 5, 31, 23, 59, tzinfo=UTC))

    assert event.session_month == date(2031, 5, 1)


def test_an_event_cannot_be_written_twice(log_event: Callable[..., ChatEvent], session: LiveSession) -> None:
    first = log_event(datetime.now(UTC), "once")
    fields = {"tenant_id": session.tenant_id, "session_id": session.id, "session_month": first.session_month}

    with pytest.raises(IntegrityError), transaction.atomic():
        ChatEvent.objects.create(
            **fields,
            source_id="once",
            kind="comment",
            occurred_at=datetime.now(UTC),
            received_at=datetime.now(UTC),
        )


def test_an_event_cannot_lie_in_another_month_than_its_session(
    log_event: Callable[..., ChatEvent],
) -> None:
    """Else the same event could be written twice, once in each month."""
    event = log_event(datetime.now(UTC), "once")
    ChatEvent.objects.filter(id=event.id).update(session_month=shift_month(event.session_month, 1))

    with pytest.raises(IntegrityError):
        connection.check_constraints()


def test_what_had_no_part_is_moved_into_one_of_its_own(log_event: Callable[..., ChatEvent]) -> None:
    event = log_event(datetime(2029, 12, 31, tzinfo=UTC))
    assert part_of(event) == "livesessions_chatevent_default"

    assert date(2029, 12, 1) in EVENT_LOG.make(THIS_MONTH)

    assert part_of(event) == "livesessions_chatevent_2029_12"


def test_old_parts_are_dropped_whole_and_the_others_stay(log_event: Callable[..., ChatEvent]) -> None:
    EVENT_LOG.make(THIS_MONTH)
    event = log_event(datetime(2031, 5, 31, tzinfo=UTC))

    dropped = EVENT_LOG.drop(before=date(2031, 5, 1))
    assert max(dropped) < date(2031, 5, 1)
    assert ChatEvent.objects.filter(id=event.id).exists()
    assert EVENT_LOG.drop(before=date(2031, 6, 1)) == [date(2031, 5, 1)]
    assert not ChatEvent.objects.filter(id=event.id).exists()
    assert EVENT_LOG.existing_months() == [date(2031, 6, 1), date(2031, 7, 1), date(2031, 8, 1)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_migration_keeps_what_was_written_both_ways(session: LiveSession) -> None:
    event = ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id="kept",
        kind="comment",
        text="ciao",
        occurred_at=datetime.now(UTC),
        received_at=datetime.now(UTC),
    )

    call_command("migrate", "livesessions", "0001", verbosity=0)
    assert not EVENT_LOG.is_partitioned()
    call_command("migrate", verbosity=0)

    kept = ChatEvent.objects.get()
    assert (kept.source_id, kept.text, kept.session_month) == ("kept", "ciao", session.log_month)
    assert part_of(kept) == f"livesessions_chatevent_{session.log_month:%Y_%m}"
    assert event.session_month == session.log_month


@pytest.mark.django_db(transaction=True)
def test_a_part_is_made_while_others_write(session: LiveSession) -> None:
    """A writer that holds the log does not keep the job waiting for more than its second."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**parameters) as other:
        other.execute(
            "INSERT INTO livesessions_chatevent (tenant_id, session_id, session_month, source_id, kind, "
            "occurred_at, received_at, viewer_hash, viewer_name, text, count, gift_id, gift_name, diamonds, "
            "streak_id, streak_open, risk, deleted, action, reasons) "
            "VALUES (%s, %s, %s, 'open', 'comment', now(), now(), "
            "'', '', '', 1, '', '', 0, '', false, '', false, '', '[]')",
            [session.tenant_id, session.id, session.log_month],
        )
        try:
            EVENT_LOG.make(THIS_MONTH)
        finally:
            other.rollback()
    assert THIS_MONTH in EVENT_LOG.existing_months()
    EVENT_LOG.drop(before=date(2999, 1, 1))
    EVENT_LOG.make(datetime.now(UTC).date())


@pytest.mark.django_db(transaction=True)
def test_the_job_gives_up_rather_than_keep_the_lives_waiting(session: LiveSession) -> None:
    """Whoever wants to write would wait behind it."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**parameters) as other:
        other.execute("LOCK TABLE livesessions_chatevent_default IN ACCESS SHARE MODE")
        with pytest.raises(OperationalError):
            EVENT_LOG.make(THIS_MONTH)
        other.rollback()
    assert THIS_MONTH not in EVENT_LOG.existing_months()
