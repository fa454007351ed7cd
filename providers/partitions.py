"""Tables that are partitioned by month: partitions are created in advance, and dropped when they are too old.

Every statement waits at most one second for its locks, because writers would queue behind it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from psycopg import sql

MONTHS_AHEAD = 3
LOCK_TIMEOUT = "1s"


def shift_month(month: date, by: int) -> date:
    """Return the first day of the month `by` months later (or earlier, when negative)."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class MonthlyPartitions:
    """The partitions of `table` by its date column `month_column`; rows of no month lie in `<table>_default`.

    `moving` names a setting that lets a transaction delete rows of an append-only table, to move them.
    """

    table: str
    month_column: str
    moving: str = ""

    @property
    def default(self) -> str:
        return f"{self.table}_default"

    def is_partitioned(self) -> bool:
        """Return whether the table has been partitioned; false in the middle of the first migrations."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [self.table])
            row = cursor.fetchone()
        return bool(row and row[0])

    def existing_months(self) -> list[date]:
        """Return the months that have a partition, oldest first."""
        query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)"
        with connection.cursor() as cursor:
            cursor.execute(query, [self.table])
            found = [re.fullmatch(rf"{self.table}_(\d{{4}})_(\d\d)", name) for (name,) in cursor.fetchall()]
        return sorted(date(int(match[1]), int(match[2]), 1) for match in found if match)

    def make(self, today: date) -> list[date]:
        """Create the missing partitions of this month, the next ones, and those of rows in the default one.

        Return the months that were missing. Raises `OperationalError` when a lock is not acquired in time.
        """
        wanted = {shift_month(today, ahead) for ahead in range(MONTHS_AHEAD + 1)} | self._months_in_default()
        missing = sorted(wanted - set(self.existing_months()))
        for month in missing:
            self._make_one(month)
        return missing

    def drop(self, *, before: date) -> list[date]:
        """Drop the partitions of all months before `before`, and return these months."""
        old = [month for month in self.existing_months() if month < before]
        for month in old:
            self._run([sql.SQL("DROP TABLE {}").format(self._partition_of(month))])
        return old

    def _months_in_default(self) -> set[date]:
        query = sql.SQL("SELECT DISTINCT {} FROM {}").format(
            sql.Identifier(self.month_column), sql.Identifier(self.default)
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            return {month for (month,) in cursor.fetchall()}

    def _make_one(self, month: date) -> None:
        """Create a partition as a table of its own, fill it, and attach it: the table stays writable."""
        names = {
            "part": self._partition_of(month),
            "table": sql.Identifier(self.table),
            "default": sql.Identifier(self.default),
            "column": sql.Identifier(self.month_column),
            "month": sql.Literal(month),
            "next": sql.Literal(shift_month(month, 1)),
        }
        steps = (
            "LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE",
            "CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
            "WITH moved AS (DELETE FROM {default} WHERE {column} = {month} RETURNING *)"
            " INSERT INTO {part} SELECT * FROM moved",
            "SET CONSTRAINTS ALL IMMEDIATE",
            "ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ({month}) TO ({next})",
        )
        self._run(sql.SQL(step).format(**names) for step in steps)

    def _run(self, statements: Iterable[sql.Composed]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            if self.moving:
                cursor.execute("SELECT set_config(%s, 'on', true)", [self.moving])
            for statement in statements:
                cursor.execute(statement)
            if self.moving:
                cursor.execute("SELECT set_config(%s, 'off', true)", [self.moving])

    def _partition_of(self, month: date) -> sql.Identifier:
        return sql.Identifier(f"{self.table}_{month:%Y_%m}")
