"""The event log's monthly partitions: created in advance, and dropped when their retention has ended.

Every statement waits at most one second for its locks, because the lives would queue behind it.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from psycopg import sql

LOG = "livesessions_chatevent"
DEFAULT = f"{LOG}_default"
MONTHS_AHEAD = 3
LOCK_TIMEOUT = "1s"
NAME = re.compile(rf"{LOG}_(\d{{4}})_(\d\d)")


def shift_month(month: date, by: int) -> date:
    """Return the first day of the month `by` months later (or earlier, when negative)."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def is_partitioned() -> bool:
    """Return whether the log has been partitioned; false in the middle of the first migrations."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [LOG])
        row = cursor.fetchone()
    return bool(row and row[0])


def existing_months() -> list[date]:
    """Return the months that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)", [LOG]
        )
        found = [NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return sorted(date(int(match[1]), int(match[2]), 1) for match in found if match)


def make_partitions(today: date) -> list[date]:
    """Create the missing partitions of this month, the next ones, and those of events in the default one.

    Return the months that were missing. Raises `OperationalError` when a lock is not acquired in time.
    """
    wanted = {shift_month(today, ahead) for ahead in range(MONTHS_AHEAD + 1)} | _months_in_default()
    missing = sorted(wanted - set(existing_months()))
    for month in missing:
        _make_partition(month)
    return missing


def drop_partitions(*, before: date) -> list[date]:
    """Drop the partitions of all months before `before`, and return these months."""
    old = [month for month in existing_months() if month < before]
    for month in old:
        _run([sql.SQL("DROP TABLE {}").format(_table(month))])
    return old


def _months_in_default() -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT session_month FROM {DEFAULT}")  # noqa: S608 - a constant
        return {month for (month,) in cursor.fetchall()}


def _make_partition(month: date) -> None:
    """Create a partition as a table of its own, fill it, and attach it: the log stays writable meanwhile."""
    names = {
        "part": _table(month),
        "log": sql.Identifier(LOG),
        "default": sql.Identifier(DEFAULT),
        "month": sql.Literal(month),
        "next": sql.Literal(shift_month(month, 1)),
    }
    steps = (
        "LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE",
        "CREATE TABLE {part} (LIKE {log} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        "WITH moved AS (DELETE FROM {default} WHERE session_month = {month} RETURNING *)"
        " INSERT INTO {part} SELECT * FROM moved",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE {log} ATTACH PARTITION {part} FOR VALUES FROM ({month}) TO ({next})",
    )
    _run(sql.SQL(step).format(**names) for step in steps)


def _run(statements: Iterable[sql.Composed]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        for statement in statements:
            cursor.execute(statement)


def _table(month: date) -> sql.Identifier:
    return sql.Identifier(f"{LOG}_{month:%Y_%m}")
