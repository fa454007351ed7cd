"""Writes batches of rows to PostgreSQL in the recorder's thread, over a connection of its own.

Rows are inserted from arrays. Of COPY into a temporary table, `executemany`, JSON and arrays, arrays measured
fastest at a worker's batch sizes, and they need one round trip: about 25 µs a row (a fifth of it here), and
12 µs for a row that already exists. See docs/decisions/0002.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.types.json import Jsonb

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.worker.recorder.rows import Deletion, EventRow
from providers.postgres import direct_parameters

logger = logging.getLogger(__name__)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = TypeVar("Row", EventRow, Reply)

STATEMENT_TIMEOUT = "20s"

TYPES = {
    "tenant_id": "uuid",
    "session_id": "uuid",
    "session_month": "date",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
    "count": "bigint",
    "diamonds": "integer",
    "streak_open": "boolean",
    "reasons": "jsonb",
    "deleted": "boolean",
}
ARRAYS = ", ".join(f"%s::{TYPES.get(name, 'text')}[]" for name in EventRow._fields)
INSERT_EVENTS = (
    f"INSERT INTO {ChatEvent._meta.db_table} ({', '.join(EventRow._fields)}) "  # noqa: S608 - constants
    f"SELECT * FROM unnest({ARRAYS}) ON CONFLICT DO NOTHING"
)
REPLY_FIELDS = [field.attname for field in Reply._meta.concrete_fields]
# The names of the types without their lengths: a cast to a length would cut the value.
REPLY_CASTS = ", ".join(
    f"%s::{field.db_type(connections[DEFAULT_DB_ALIAS]).split('(')[0]}"  # type: ignore[union-attr]
    for field in Reply._meta.concrete_fields
)
HELD_LEASE = f"FROM {LiveSession._meta.db_table} session WHERE session.id = %s AND session.lease_number = %s"
UPSERT_REPLY = (
    f"INSERT INTO {Reply._meta.db_table} ({', '.join(REPLY_FIELDS)}) "
    f"SELECT {REPLY_CASTS} {{held}} ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in REPLY_FIELDS if name != "id")
)
# What a worker writes after another one has taken the live over is dropped.
WRITE_REPLY = UPSERT_REPLY.format(held=HELD_LEASE)
# The lock keeps the lease until the claim is committed, so that the next worker reads all claims.
CLAIM_REPLY = UPSERT_REPLY.format(
    held=f"FROM (SELECT 1 {HELD_LEASE} AND session.status = 'active'"
    " AND session.stop_requested_at IS NULL AND NOT session.muted FOR SHARE) held"
)
# A reply that has ended meanwhile stays as it ended.
CLAIM_REPLY += f" WHERE {Reply._meta.db_table}.status IN ('queued', 'held', 'speaking')"
KNOWN_SESSIONS = f"SELECT id FROM {LiveSession._meta.db_table} WHERE id = ANY(%s)"  # noqa: S608 - constants
ERASE_EVENTS = (
    f"UPDATE {ChatEvent._meta.db_table} event SET deleted = true, text = '', viewer_name = '' "  # noqa: S608
    "FROM unnest(%s::uuid[], %s::text[]) AS gone (session_id, source_id) "
    "WHERE event.session_id = gone.session_id AND event.source_id = gone.source_id AND NOT event.deleted"
)
# Only a viewer's comments; they have their own index, because the log of a live is long.
ERASE_VIEWERS = (
    f"UPDATE {ChatEvent._meta.db_table} event SET deleted = true, text = '', viewer_name = '' "  # noqa: S608
    "FROM unnest(%s::uuid[], %s::text[]) AS gone (session_id, viewer_hash) "
    "WHERE event.session_id = gone.session_id AND event.viewer_hash = gone.viewer_hash AND event.text <> ''"
)

# Errors of a row, as opposed to errors of the database.
REFUSED = (psycopg.IntegrityError, psycopg.DataError, UnicodeError)


class DatabaseUnavailable(Exception):
    """Raised when the database is unreachable or cannot write now; the rows stay buffered.

    The message is PostgreSQL's code or the name of the error.
    """


class Writer:
    """Writes each batch completely or not at all; a repeated write changes nothing. Not thread-safe."""

    def __init__(self, options: str = f"-c statement_timeout={STATEMENT_TIMEOUT}") -> None:
        self._options = options
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write(
        self, events: Sequence[EventRow], replies: Sequence[Reply], deletions: Sequence[Deletion]
    ) -> list[UUID]:
        """Insert new events in order, upsert replies, and erase the text of due deletions.

        Return the session of each row that the database refused. Rows of deleted sessions are skipped, so
        that they do not fail the other rows. Raises `DatabaseUnavailable`.
        """
        try:
            # One transaction, because every commit waits for the disk.
            with self._transaction() as connection:
                _insert(connection, events)
                _upsert(connection, replies)
                _erase(connection, deletions)
        except REFUSED:
            return self._write_without_refused(events, replies, deletions)
        return []

    def claim(self, reply: Reply) -> bool:
        """Write a reply that is about to be said; return False when its lease may not say it.

        Raises `DatabaseUnavailable`.
        """
        with self._open() as connection:
            # A statement is a transaction: BEGIN and COMMIT would be two more round trips.
            return connection.execute(CLAIM_REPLY, _reply_values(reply)).rowcount > 0

    def _write_without_refused(
        self, events: Sequence[EventRow], replies: Sequence[Reply], deletions: Sequence[Deletion]
    ) -> list[UUID]:
        ids = {row.session_id for row in events} | {reply.session_id for reply in replies}
        with self._transaction() as connection:
            known = {found for (found,) in connection.execute(KNOWN_SESSIONS, [list(ids)])}
        refused: list[EventRow | Reply] = [
            *self._write_by_halves([row for row in events if row.session_id in known], _insert),
            *self._write_by_halves([reply for reply in replies if reply.session_id in known], _upsert),
        ]
        with self._transaction() as connection:
            _erase(connection, deletions)
        return [row.session_id for row in refused]

    def _write_by_halves(
        self, rows: Sequence[Row], write: Callable[[Connection, Sequence[Row]], None]
    ) -> Iterator[Row]:
        """Write the rows except those that the database refuses; find these by bisection and yield them."""
        try:
            with self._transaction() as connection:
                write(connection, rows)
        except REFUSED as error:
            if len(rows) == 1:
                logger.warning("row refused: session=%s error=%s", rows[0].session_id, type(error).__name__)
                yield rows[0]
                return
            middle = len(rows) // 2
            yield from self._write_by_halves(rows[:middle], write)
            yield from self._write_by_halves(rows[middle:], write)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Open a transaction. Raises what `_open` raises."""
        with self._open() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        """Yield the connection. Raises errors of a row unchanged, all others as `DatabaseUnavailable`."""
        try:
            if self._connection is None:
                parameters = {**connection_parameters(), "options": self._options, "autocommit": True}
                self._connection = psycopg.connect(**parameters)
            yield self._connection
        except REFUSED:
            raise
        except psycopg.Error as error:
            self.close()
            raise DatabaseUnavailable(error.sqlstate or type(error).__name__) from error


def _insert(connection: Connection, rows: Sequence[EventRow]) -> None:
    if rows:
        connection.execute(INSERT_EVENTS, [_array(column) for column in zip(*rows, strict=True)])


def _upsert(connection: Connection, replies: Sequence[Reply]) -> None:
    if replies:
        with connection.cursor() as cursor:
            cursor.executemany(WRITE_REPLY, [_reply_values(reply) for reply in replies])


def _reply_values(reply: Reply) -> list[Any]:
    values = [_adapted(getattr(reply, name)) for name in REPLY_FIELDS]
    return [*values, reply.session_id, reply.lease_number]


def _adapted(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


def _erase(connection: Connection, deletions: Sequence[Deletion]) -> None:
    events = {(each.session_id, gone) for each in deletions for gone in each.source_ids}
    viewers = {(each.session_id, gone) for each in deletions for gone in each.viewer_hashes}
    for statement, gone in ((ERASE_EVENTS, events), (ERASE_VIEWERS, viewers)):
        if gone:
            connection.execute(statement, [_array(column) for column in zip(*sorted(gone), strict=True)])


def connection_parameters() -> dict[str, Any]:
    """Return the parameters of the writer's connection."""
    return {**direct_parameters(), "cursor_factory": psycopg.Cursor}


def _array(column: Sequence[Any]) -> str:
    """Return values as a PostgreSQL array literal; psycopg's own adapter costs four times as much."""
    if isinstance(column[0], str):
        return '{"' + '","'.join([text.replace("\\", "\\\\").replace('"', '\\"') for text in column]) + '"}'
    return "{" + ",".join(map(str, column)) + "}"
