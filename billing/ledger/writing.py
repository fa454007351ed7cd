"""Writes what a process recorded to the ledger, in one query."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import psycopg
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from providers.postgres import direct_parameters

WRITE_USAGE = "SELECT billing_write_usage(%s::jsonb, %s::jsonb, %s::jsonb, %s)"
OPTIONS = "-c statement_timeout=20s -c lock_timeout=10s"

Rows = list[dict[str, Any]]


# Errors of a row: data exceptions, a null value and a check that failed.
REFUSED = ("22", "23502", "23514")


class LedgerUnavailable(Exception):
    """Raised when the database did not take a write. The message is PostgreSQL's code or the error's name."""


class EntriesRefused(LedgerUnavailable):
    """Raised when an entry can never be written, so that the write must not be repeated."""


class WriteUsage(Protocol):
    """Writes entries and holds, and reads lives, as `billing_write_usage` describes; returns its answer."""

    async def __call__(self, entries: Rows, holds: Rows, lives: Rows, *, is_enforced: bool) -> Any:
        """Raise `LedgerUnavailable` when nothing was written, or nobody knows whether it was."""


class ThreadWriter:
    """Writes over a connection of its own, in a thread of its own: for a worker, second after second."""

    def __init__(self, parameters: Callable[[], dict[str, Any]] = direct_parameters) -> None:
        self._parameters = parameters
        self._connection: psycopg.Connection[Any] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="usage-ledger")
        self.queries = 0

    async def __call__(self, entries: Rows, holds: Rows, lives: Rows, *, is_enforced: bool) -> Any:
        return await _in(self._thread, self._write, entries, holds, lives, is_enforced)

    async def close(self) -> None:
        await _in(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _write(self, entries: Rows, holds: Rows, lives: Rows, is_enforced: bool) -> Any:
        arguments = [json.dumps(entries), json.dumps(holds), json.dumps(lives), is_enforced]
        try:
            if self._connection is None:
                parameters = {**self._parameters(), "options": OPTIONS, "cursor_factory": psycopg.Cursor}
                self._connection = psycopg.connect(**parameters)
            self.queries += 1
            row = self._connection.execute(WRITE_USAGE, arguments).fetchone()
        except psycopg.Error as error:
            self._disconnect()
            code = error.sqlstate or type(error).__name__
            raise (EntriesRefused if code.startswith(REFUSED) else LedgerUnavailable)(code) from error
        return row[0] if row else None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def _in(thread: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *arguments)


async def write_with_django(entries: Rows, holds: Rows, lives: Rows, *, is_enforced: bool) -> Any:
    """Write over Django's connection: for a page or a job that uses something now and then."""

    def write() -> Any:
        if not connection.in_atomic_block:
            close_old_connections()  # the thread of a job is long-lived
        with connection.cursor() as cursor:
            cursor.execute(
                WRITE_USAGE, [json.dumps(entries), json.dumps(holds), json.dumps(lives), is_enforced]
            )
            row = cursor.fetchone()
        return json.loads(row[0]) if row and isinstance(row[0], str) else row and row[0]

    try:
        return await sync_to_async(write)()
    except (DatabaseError, InterfaceError) as error:
        raise LedgerUnavailable(type(error).__name__) from error
