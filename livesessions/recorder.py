"""Writes down what happened, in batches, for every live of a worker; nobody waits for it."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django_scopes import scopes_disabled

from livesessions.models import ChatEvent, LiveSession, Reply

logger = logging.getLogger(__name__)

FLUSH_S = 0.15
RETRY_S = 1.0
CAPACITY = 100_000
REPLY_FIELDS = [field.name for field in Reply._meta.concrete_fields if not field.primary_key]


class Recorder:
    """Holds rows for at most `FLUSH_S` and writes them in order; keeps them while the database is away.

    It is bounded: above `CAPACITY` rows the newest are lost and counted in `lost`.
    """

    def __init__(self) -> None:
        self._events: list[ChatEvent] = []
        self._replies: list[Reply] = []
        self._deleted: list[tuple[UUID, list[str]]] = []
        self._filled = asyncio.Event()
        # A thread of its own keeps one connection of its own.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")
        self.lost = 0

    def add_event(self, event: ChatEvent) -> None:
        """Have an event written; never waits. One that is already there is left as it is."""
        if len(self._events) >= CAPACITY:
            self.lost += 1
            return
        self._events.append(event)
        self._filled.set()

    def add_reply(self, reply: Reply) -> None:
        """Have a reply written, or written anew as it is now; never waits."""
        if len(self._replies) >= CAPACITY:
            self.lost += 1
            return
        self._replies.append(reply)
        self._filled.set()

    def forget_events(self, session_id: UUID, source_ids: list[str]) -> None:
        """Have the text and the name of events erased that the room's moderators deleted."""
        self._deleted.append((session_id, source_ids))
        self._filled.set()

    async def run(self) -> None:
        """Write until cancelled, then write the rest."""
        try:
            while True:
                await self._filled.wait()
                await asyncio.sleep(FLUSH_S)
                await self.flush()
        finally:
            await self._drain()

    async def _drain(self) -> None:
        if self._events or self._replies or self._deleted:
            await self.flush()
        await self._in_thread(lambda: connection.close())  # the connection of that thread, not of this one
        self._thread.shutdown(wait=False)

    async def flush(self) -> None:
        """Write what is held; on a fault of the database keep it, wait a moment and return."""
        events, replies, deleted = self._events, self._replies, self._deleted
        self._events, self._replies, self._deleted = [], [], []
        self._filled.clear()
        try:
            await self._in_thread(lambda: _write(events, replies, deleted))
        except (OperationalError, InterfaceError):
            logger.warning("database unreachable, rows kept: events=%d replies=%d", len(events), len(replies))
            self._events[:0], self._replies[:0], self._deleted[:0] = events, replies, deleted
            await asyncio.sleep(RETRY_S)
            self._filled.set()

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _write(events: list[ChatEvent], replies: list[Reply], deleted: list[tuple[UUID, list[str]]]) -> None:
    try:
        with scopes_disabled():
            _insert(events, replies)
            for session_id, source_ids in deleted:
                ChatEvent.objects.filter(session_id=session_id, source_id__in=source_ids).update(
                    deleted=True, text="", viewer_name=""
                )
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def _insert(events: list[ChatEvent], replies: list[Reply]) -> None:
    latest = list({reply.id: reply for reply in replies}.values())
    try:
        _insert_all(events, latest)
    except IntegrityError:
        # A session was erased in mid-live; what belongs to the others must not go with it.
        known = set(LiveSession.objects.values_list("id", flat=True))
        _insert_all(
            [event for event in events if event.session_id in known],
            [reply for reply in latest if reply.session_id in known],
        )


def _insert_all(events: list[ChatEvent], replies: list[Reply]) -> None:
    ChatEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=2_000)
    Reply.objects.bulk_create(
        replies, update_conflicts=True, unique_fields=["id"], update_fields=REPLY_FIELDS, batch_size=500
    )
