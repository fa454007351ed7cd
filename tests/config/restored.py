"""Databases of their own for tests of migrations: the demo's, from its dump, and one that starts empty."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

DUMP = Path(__file__).resolve().parent.parent / "data" / "migrations" / "demo_before_rebuild.sql.gz"

# Of the event log's months only the default part is compared: which others exist depends on today's date.
OF_A_MONTH = r"_\d{4}_\d{2}(_|$)"
# PostgreSQL 18 lists NOT NULL among the constraints, older ones do not; the columns tell it in every version.
SCHEMA = {
    "column": """
        SELECT class.relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
            CASE WHEN attnotnull THEN 'not null' END, 'identity=' || nullif(attidentity::text, ''),
            'generated=' || nullif(attgenerated::text, ''), 'default=' || pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class class ON class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE class.relkind IN ('r', 'p', 'v', 'm') AND class.relnamespace = 'public'::regnamespace
            AND attnum > 0 AND NOT attisdropped AND class.relname !~ %(of_a_month)s""",
    "constraint": """
        SELECT class.relname || '.' || conname, pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint JOIN pg_class class ON class.oid = conrelid
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
            AND class.relname !~ %(of_a_month)s AND conname !~ %(of_a_month)s""",
    "index": """
        SELECT tablename || '.' || indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename !~ %(of_a_month)s""",
    "trigger": """
        SELECT class.relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid)
        FROM pg_trigger JOIN pg_class class ON class.oid = tgrelid
        WHERE class.relnamespace = 'public'::regnamespace AND NOT tgisinternal
            AND class.relname !~ %(of_a_month)s""",
    "function": """
        SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')', pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'""",
}

Row = dict[str, Any]


@contextmanager
def own_database(purpose: str) -> Iterator[None]:
    """Let the default connection lead to a new, empty database inside the body; drop it afterwards."""
    ordinary = connections["default"]
    name = f"{ordinary.settings_dict['NAME']}_{purpose}"
    parameters = ordinary.get_connection_params() | {"dbname": "postgres", "cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters | {"context": None}, autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        own = ordinary.copy()
        own.settings_dict["NAME"] = name
        connections["default"] = own
        try:
            yield
        finally:
            connections["default"] = ordinary
            own.close()
            server.execute(drop)


def restore_demo() -> None:
    """Fill the database with the demo as it was at the commit of the dump."""
    with connection.cursor() as cursor:
        cursor.execute(gzip.decompress(DUMP.read_bytes()).decode())
    connection.close()  # the dump's settings, such as an empty search path, go with it


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def read_rows(table: str) -> list[Row]:
    """Return a table's rows as columns by name; the parts of a partitioned table are its own rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_tables() -> set[str]:
    """Return the names of the tables, without the parts of the event log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in cursor.fetchall()}


def read_schema() -> dict[str, str]:
    """Return the definition of every column, constraint, index, trigger and function by kind and name."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for kind, query in SCHEMA.items():
            cursor.execute(query, {"of_a_month": OF_A_MONTH})
            found |= {f"{kind} {name}": definition for name, definition in cursor.fetchall()}
    return found
