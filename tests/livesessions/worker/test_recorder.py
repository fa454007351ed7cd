"""The recorder writes each event once, soon, and one live's fault is not another's."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django_scopes import scopes_disabled

from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.port import CONNECTED, SourceCounts
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.worker.observer import ConsoleBatcher, LiveObserver
from livesessions.worker.recorder.backpressure import BackpressureSource
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.recorder.rows import EventRow
from livesessions.worker.recorder.writer import Writer
from moderation.viewer_hashes import hash_viewer
from tests.livesessions.conftest import eventually
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def across_tenants() -> Iterator[None]:
    with scopes_disabled():
        yield


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    running = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)  # what has not begun cannot be ended
    try:
        yield recorder
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def event(session: LiveSession, source_id: str, **changes: Any) -> EventRow:
    now = datetime.now(UTC)
    owner = (session.tenant_id, session.id, session.log_month)
    return EventRow(*owner, source_id, "comment", now, now)._replace(**changes)


def written(session: LiveSession) -> list[str]:
    return list(ChatEvent.objects.filter(session=session).order_by("id").values_list("source_id", flat=True))


def observer_of(
    session: LiveSession, recorder: Recorder, batcher: ConsoleBatcher | None = None
) -> LiveObserver:
    return LiveObserver(
        session, voice="v", recorder=recorder, console_batcher=batcher or ConsoleBatcher(), hash_key="key"
    )


async def test_a_single_event_is_written_without_waiting_for_others(session: LiveSession) -> None:
    async with recording() as recorder:
        recorder.add_event(event(session, "alone"))
        assert await eventually(lambda: written(session)) == ["alone"]


async def test_the_database_is_written_to_from_a_thread_of_its_own(
    session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()
    write = Writer.write

    def note_thread(writer: Writer, *batch: Any) -> list[UUID]:
        threads.add(threading.current_thread().name)
        return write(writer, *batch)

    monkeypatch.setattr(Writer, "write", note_thread)
    async with recording() as recorder:
        for number in range(5_000):
            recorder.add_event(event(session, str(number)))

    assert threads == {"recorder_0"}
    assert len(await eventually(lambda: written(session))) == 5_000


async def test_an_event_is_written_once_however_often_it_comes(session: LiveSession) -> None:
    async with recording() as recorder:
        for text in ("first", "again"):
            recorder.add_event(event(session, "same", text=text))
        await recorder.flush()
        recorder.add_event(event(session, "same", text="much later"))
    async with recording() as another_worker:
        another_worker.add_event(event(session, "same", text="by another worker"))

    rows = await eventually(lambda: list(ChatEvent.objects.all()))
    assert [(row.source_id, row.text) for row in rows] == [("same", "first")]


async def test_every_kind_of_text_arrives_as_it_was(session: LiveSession) -> None:
    texts = [
        "",
        " ",
        "NULL",
        'say "ciao"',
        "back\\slash\\",
        "{curly,braces}",
        "tab\tnew\nline",
        "èmoji 🌹",
        "%s",
    ]
    async with recording() as recorder:
        for number, text in enumerate(texts):
            recorder.add_event(event(session, str(number), text=text, viewer_name=text, gift_name=text))

    rows = await eventually(lambda: list(ChatEvent.objects.order_by("id")))
    assert [row.text for row in rows] == texts
    assert [row.viewer_name for row in rows] == texts
    assert [row.gift_name for row in rows] == texts


async def test_what_a_hostile_source_sends_fits_the_table(session: LiveSession) -> None:
    async with recording() as recorder:
        observer_of(session, recorder).event_happened(
            LiveEvent(
                EventKind.GIFT,
                "i\x00" * 500,
                datetime.now(UTC),
                viewer=Viewer("v\ud800" * 500, "n\ud800\x00" * 500),
                text="t\x00\ud800" * 5_000,
                count=2**64 - 1,
                gift=Gift("g" * 500, "\x00" * 500, 2**32, "s" * 500),
            ),
            None,
        )

    assert recorder.lost == 0
    row = (await eventually(lambda: list(ChatEvent.objects.all())))[0]
    assert (row.count, row.diamonds, row.gift_name) == (2**63 - 1, 2**31 - 1, "")
    assert len(row.source_id) <= 100


async def test_an_erased_live_does_not_take_the_others_rows_along(
    session: LiveSession, other_session: LiveSession
) -> None:
    async with recording() as recorder:
        await eventually(lambda: LiveSession.objects.filter(id=other_session.id).delete())
        for number in range(500):
            recorder.add_event(event(session, str(number)))
            recorder.add_event(event(other_session, str(number)))

    assert await eventually(lambda: written(session)) == [str(number) for number in range(500)]
    assert await eventually(ChatEvent.objects.count) == 500
    assert recorder.lost == 0


async def test_a_row_that_the_database_refuses_is_counted_and_goes_alone(
    session: LiveSession, other_session: LiveSession
) -> None:
    async with recording() as recorder:
        for number in range(100):
            bad = number in (17, 64)
            recorder.add_event(event(session, str(number), diamonds=2**31 if bad else 0))
            recorder.add_event(event(other_session, str(number)))

    assert (recorder.lost, recorder.not_written(session.id), recorder.not_written(other_session.id)) == (
        2,
        2,
        0,
    )
    expected = [str(number) for number in range(100) if number not in (17, 64)]
    assert await eventually(lambda: written(session)) == expected
    assert len(await eventually(lambda: written(other_session))) == 100


async def test_a_cancellation_in_the_middle_of_writing_loses_nothing(
    session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, may_go_on = threading.Event(), threading.Event()
    write = Writer.write

    def wait_and_write(writer: Writer, *batch: Any) -> list[UUID]:
        writing.set()
        may_go_on.wait(PATIENCE_S)
        return write(writer, *batch)

    monkeypatch.setattr(Writer, "write", wait_and_write)
    async with recording() as recorder:
        recorder.add_event(event(session, "a"))
        await asyncio.to_thread(writing.wait, 10)
        recorder.add_event(event(session, "b"))
        asyncio.get_running_loop().call_later(0.05, may_go_on.set)

    assert await eventually(lambda: written(session)) == ["a", "b"]


async def test_two_who_flush_at_once_do_not_lose_each_others_rows(session: LiveSession) -> None:
    async with recording() as recorder:
        for number in range(3_000):
            recorder.add_event(event(session, str(number)))
        await asyncio.gather(recorder.flush(), recorder.flush())
        for number in range(3_000, 4_000):
            recorder.add_event(event(session, str(number)))

    assert await eventually(lambda: written(session)) == [str(number) for number in range(4_000)]


async def test_of_a_reply_the_last_state_stays(session: LiveSession) -> None:
    reply_id, now = uuid4(), datetime.now(UTC)
    async with recording() as recorder:
        for status, text in (("speaking", ""), ("speaking", "Ciao"), ("spoken", "Ciao!")):
            recorder.add_reply(
                Reply(
                    id=reply_id,
                    tenant_id=session.tenant_id,
                    session_id=session.id,
                    trigger_kind="comment",
                    status=status,
                    text=text,
                    created_at=now,
                )
            )
            if text == "Ciao":
                await recorder.flush()

    reply = (await eventually(lambda: list(Reply.objects.all())))[0]
    assert (reply.status, reply.text, reply.created_at) == ("spoken", "Ciao!", now)


async def test_a_deleted_comment_and_all_of_a_deleted_viewer_are_erased(session: LiveSession) -> None:
    def comment(source_id: str, viewer_id: str) -> LiveEvent:
        return LiveEvent(
            EventKind.COMMENT, source_id, datetime.now(UTC), viewer=Viewer(viewer_id, "Name"), text="words"
        )

    async with recording() as recorder:
        observer = observer_of(session, recorder)
        for source_id, viewer_id in (("1", "anna"), ("2", "anna"), ("3", "bruno"), ("4", "carla")):
            observer.event_happened(comment(source_id, viewer_id), None)
        deletion = LiveEvent(
            EventKind.DELETED, "5", datetime.now(UTC), targets=("1",), target_viewer_ids=("bruno",)
        )
        observer.event_happened(deletion, None)

    rows = await eventually(lambda: list(ChatEvent.objects.filter(kind="comment").order_by("id")))
    assert [(row.text, row.viewer_name, row.deleted) for row in rows] == [
        ("", "", True),
        ("words", "Name", False),
        ("", "", True),
        ("words", "Name", False),
    ]
    assert rows[2].viewer_hash == hash_viewer("bruno", tenant_id=session.tenant_id, key="key")


async def test_the_console_is_told_how_much_of_its_own_live_was_not_written(
    session: LiveSession, other_session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: dict[Any, list[dict[str, Any]]] = {}

    async def publish_all(messages: dict[Any, list[dict[str, Any]]]) -> None:
        shown.update(messages)

    monkeypatch.setattr("livesessions.console.publisher.publish_all", publish_all)
    recorder, batcher = Recorder(capacity_bytes=0), ConsoleBatcher()
    recorder.add_event(event(session, "no room"))
    for live in (session, other_session):
        observer_of(live, recorder, batcher).state_changed(viewers=None, counts={}, connection=CONNECTED)
    sending = asyncio.create_task(batcher.run())
    try:
        await eventually(lambda: len(shown) == 2)
    finally:
        sending.cancel()

    assert shown[session.id][0]["counts"]["not_written"] == 1
    assert shown[other_session.id][0]["counts"]["not_written"] == 0


async def test_a_flood_of_chat_leaves_room_for_the_rest_of_the_console(
    session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []

    async def publish_all(messages: dict[Any, list[dict[str, Any]]]) -> None:
        shown.extend(messages.get(session.id, []))

    monkeypatch.setattr("livesessions.console.publisher.publish_all", publish_all)
    batcher = ConsoleBatcher()
    batcher.queue(session.id, {"kind": "state", "status": "active", "muted": False, "end_reason": ""})
    for number in range(1_000):
        batcher.queue_chat(session.id, LiveEvent(EventKind.COMMENT, str(number), datetime.now(UTC)), "")
    sending = asyncio.create_task(batcher.run())
    try:
        await eventually(lambda: shown)
    finally:
        sending.cancel()

    assert [message["id"] for message in shown if message["kind"] == "chat"] == [
        str(number) for number in range(900, 1_000)
    ]
    assert shown[-1]["kind"] == "state"


class EndlessSource:
    """Has another event ready whenever it is asked."""

    def __init__(self) -> None:
        self.counts = SourceCounts()
        self.state = CONNECTED

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        while True:
            self.counts.received += 1
            yield LiveEvent(EventKind.LIKE, str(self.counts.received), datetime.now(UTC))


@pytest.fixture
def slow_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Writes its first batches, then nothing until it is set."""
    monkeypatch.setattr("livesessions.worker.recorder.recorder.FAR_BEHIND_ROWS", 1_000)
    may_write, write = threading.Event(), Writer.write

    def write_slowly(writer: Writer, *batch: Any) -> list[UUID]:
        if len(batch[0]) > 1:
            may_write.wait(PATIENCE_S)
        return write(writer, *batch)

    monkeypatch.setattr(Writer, "write", write_slowly)
    yield may_write
    may_write.set()


async def read(source: BackpressureSource, recorder: Recorder, session: LiveSession, number: int) -> None:
    async with aclosing(source.events()) as events:
        async for happening in events:
            recorder.add_event(event(session, happening.source_id))
            if source.counts.received >= number:
                return


async def test_a_chat_is_read_no_faster_than_a_slow_database_writes(
    session: LiveSession, slow_database: threading.Event
) -> None:
    async with recording() as recorder:
        source = BackpressureSource(EndlessSource(), recorder)
        recorder.add_event(event(session, "first"))
        await eventually(lambda: written(session))
        reading = asyncio.create_task(read(source, recorder, session, 5_000))
        async with asyncio.timeout(PATIENCE_S):
            while not recorder.is_far_behind:  # noqa: ASYNC110 (a length tells nobody that it changes)
                await asyncio.sleep(0)
        assert not reading.done()
        assert recorder.held < 1_100
        slow_database.set()
        await reading

    assert len(await eventually(lambda: written(session))) == 5_001


async def test_a_chat_does_not_wait_for_a_database_that_is_stuck(
    session: LiveSession, slow_database: threading.Event
) -> None:
    async with recording() as recorder:
        reading = read(BackpressureSource(EndlessSource(), recorder), recorder, session, 5_000)
        async with asyncio.timeout(PATIENCE_S):
            await reading
        assert recorder.held == 5_000
        slow_database.set()

    assert len(await eventually(lambda: written(session))) == 5_000
