"""The thread's side of the recorder: rows in, statements out, over one connection that nobody else uses.

Of COPY into a temporary table, executemany, JSON and arrays, arrays measured fastest at the batches that a
worker has, and they need one round trip: about 25 µs a row, a fifth of it here, and 12 µs for a row that is
already there. See docs/decisions/0002.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from livesessions.models import ChatEvent, LiveSession, Reply
from livesessions.recorder.rows import Deletion, EventRow

logger = logging.getLogger(__name__)

Row = TypeVar("Row", EventRow, Reply)

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT = "20s"
UNANSWERED_MS = 10_000

TYPES = {
    "tenant_id": "uuid",
    "session_id": "uuid",
    "session_month": "date",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
    "count": "bigint",
    "diamonds": "integer",
    "streak_open": "boolean",
    "deleted": "boolean",
}
ARRAYS = ", ".join(f"%s::{TYPES.get(name, 'text')}[]" for name in EventRow._fields)
INSERT_EVENTS = (
    f"INSERT INTO {ChatEvent._meta.db_table} ({', '.join(EventRow._fields)}) "  # noqa: S608 - constants
    f"SELECT * FROM unnest({ARRAYS}) ON CONFLICT DO NOTHING"
)
REPLY_FIELDS = [field.attname for field in Reply._meta.concrete_fields]
UPSERT_REPLY = (
    f"INSERT INTO {Reply._meta.db_table} ({', '.join(REPLY_FIELDS)}) "  # noqa: S608 - constants
    f"VALUES ({', '.join(['%s'] * len(REPLY_FIELDS))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in REPLY_FIELDS if name != "id")
)
KNOWN_SESSIONS = f"SELECT id FROM {LiveSession._meta.db_table} WHERE id = ANY(%s)"  # noqa: S608 - constants
ERASE_EVENTS = (
    f"UPDATE {ChatEvent._meta.db_table} event SET deleted = true, text = '', viewer_name = '' "  # noqa: S608
    "FROM unnest(%s::uuid[], %s::text[]) AS gone (session_id, source_id) "
    "WHERE event.session_id = gone.session_id AND event.source_id = gone.source_id AND NOT event.deleted"
)
# A viewer's comments, that is; with an index of its own, since a live's log is long.
ERASE_VIEWERS = (
    f"UPDATE {ChatEvent._meta.db_table} event SET deleted = true, text = '', viewer_name = '' "  # noqa: S608
    "FROM unnest(%s::uuid[], %s::text[]) AS gone (session_id, viewer_hash) "
    "WHERE event.session_id = gone.session_id AND event.viewer_hash = gone.viewer_hash AND event.text <> ''"
)

# What is wrong with a row, as opposed to with the database.
REFUSED = (psycopg.IntegrityError, psycopg.DataError, UnicodeError)


class DatabaseAwayError(Exception):
    """Raised when the database cannot be reached or cannot write now; what was to be written is not lost.

    It carries PostgreSQL's code or the name of the error.
    """


class Writer:
    """Writes each batch wholly or not at all; writing one again changes nothing. For one thread only."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write_events(self, rows: Sequence[EventRow]) -> list[EventRow]:
        """Write rows, in order, except those that are there already. Return those the database refuses.

        Rows of a session that has been erased are passed over: they must not take the others along.
        Raises `DatabaseAwayError`.
        """
        return self._write(rows, self._insert)

    def write_replies(self, replies: Sequence[Reply]) -> list[Reply]:
        """Write replies, or write them anew, as `write_events` does."""
        return self._write(replies, self._upsert)

    def erase(self, deletions: Sequence[Deletion]) -> None:
        """Erase what the rooms' moderators have deleted. Raises `DatabaseAwayError`."""
        self._erase(ERASE_EVENTS, {(each.session_id, gone) for each in deletions for gone in each.source_ids})
        self._erase(
            ERASE_VIEWERS, {(each.session_id, gone) for each in deletions for gone in each.viewer_hashes}
        )

    def _erase(self, statement: str, gone: set[tuple[UUID, str]]) -> None:
        if gone:
            self._execute(statement, [_array(column) for column in zip(*sorted(gone), strict=True)])

    def _write(self, rows: Sequence[Row], write_all: Callable[[Sequence[Row]], None]) -> list[Row]:
        try:
            write_all(rows)
        except REFUSED:
            known = self._known_sessions({row.session_id for row in rows})
            return list(self._write_by_halves([row for row in rows if row.session_id in known], write_all))
        return []

    def _write_by_halves(
        self, rows: Sequence[Row], write_all: Callable[[Sequence[Row]], None]
    ) -> Iterator[Row]:
        """Close in on the rows that the database refuses, and yield them."""
        if not rows:
            return
        try:
            write_all(rows)
        except REFUSED as error:
            if len(rows) == 1:
                logger.warning("row refused: session=%s error=%s", rows[0].session_id, type(error).__name__)
                yield rows[0]
                return
            middle = len(rows) // 2
            yield from self._write_by_halves(rows[:middle], write_all)
            yield from self._write_by_halves(rows[middle:], write_all)

    def _insert(self, rows: Sequence[EventRow]) -> None:
        self._execute(INSERT_EVENTS, [_array(column) for column in zip(*rows, strict=True)])

    def _upsert(self, replies: Sequence[Reply]) -> None:
        values = [[getattr(reply, name) for name in REPLY_FIELDS] for reply in replies]
        try:
            connection = self._connected()
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(UPSERT_REPLY, values)
        except psycopg.Error as error:
            self._judge(error)

    def _known_sessions(self, ids: set[UUID]) -> set[UUID]:
        return {row[0] for row in self._execute(KNOWN_SESSIONS, [list(ids)]).fetchall()}

    def _execute(self, statement: str, values: Sequence[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            return self._connected().execute(statement, values)
        except psycopg.Error as error:
            self._judge(error)
            raise

    def _judge(self, error: psycopg.Error) -> None:
        """Raise what `error` means: something wrong with the rows, or with the database."""
        if isinstance(error, REFUSED):
            raise error
        self.close()
        raise DatabaseAwayError(error.sqlstate or type(error).__name__) from error

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = psycopg.connect(**connection_parameters())
        return self._connection


def connection_parameters() -> dict[str, Any]:
    """Return where the database is: a connection past the pool.

    After a long absence the pool would wait longer and longer before it tries again.
    """
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return {
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT}",
        **parameters,
        "autocommit": True,
        "context": None,
        "cursor_factory": psycopg.Cursor,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": UNANSWERED_MS,
    }


def _array(column: Sequence[Any]) -> str:
    """Return values as PostgreSQL writes an array; psycopg's own way costs four times as much."""
    if isinstance(column[0], str):
        return '{"' + '","'.join([text.replace("\\", "\\\\").replace('"', '\\"') for text in column]) + '"}'
    return "{" + ",".join(map(str, column)) + "}"
