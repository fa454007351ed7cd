"""Counts and sums a database's tables, to compare what was restored with what was saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection, sql

TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
    ORDER BY relname
"""
# A sum of hashes does not depend on the order of the rows. These settings decide how values are written.
WRITING: Final = (
    "SET TIME ZONE 'UTC'; SET DateStyle TO 'ISO'; SET extra_float_digits TO 1; SET bytea_output TO hex"
)


@dataclass(frozen=True, slots=True)
class TableFigures:
    """How many rows a table has, and the sum of their hashes as a decimal number."""

    rows: int
    checksum: str


def read_figures(connection: Connection[Any]) -> dict[str, TableFigures]:
    """Return the figures of every table of the schema `public`; a partitioned table counts as one."""
    connection.execute(WRITING)
    names = [str(row[0]) for row in connection.execute(TABLES)]
    return {name: _figures_of(connection, name) for name in names}


def _figures_of(connection: Connection[Any], table: str) -> TableFigures:
    query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t")
    row = connection.execute(query.format(sql.Identifier("public", table))).fetchone()
    assert row is not None  # noqa: S101  # an aggregate always has a row
    return TableFigures(int(row[0]), str(row[1]))


def differences(saved: Mapping[str, TableFigures], restored: Mapping[str, TableFigures]) -> list[str]:
    """Return in words where the restored tables differ; empty when they are the same."""
    found = []
    for name in sorted(saved.keys() | restored.keys()):
        before, after = saved.get(name), restored.get(name)
        if before is None or after is None:
            found.append(f"{name}: {'not in the backup' if before is None else 'missing'}")
        elif before.rows != after.rows:
            found.append(f"{name}: {after.rows} rows instead of {before.rows}")
        elif before.checksum != after.checksum:
            found.append(f"{name}: the same number of rows, with other values")
    return found
