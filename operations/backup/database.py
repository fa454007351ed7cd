"""Dumps and restores the database, with the figures of one and the same moment."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from operations.backup.figures import TableFigures, read_figures
from operations.backup.tools import find_tool, libpq_environment, read_from, write_to
from operations.errors import BackupError

# Whoever holds it backs up, restores or deletes old backups; nobody does two of these at once.
LOCK: Final = 0x76767662
# Far beyond any number in a backup: overlays that are still open refuse the numbers of earlier leases.
LEASES_BEYOND: Final = 1_000_000
OWN_SCHEMAS: Final = (
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
)
HELD: Final = """
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A database as libpq names it: host, port, user, password, dbname and so on."""

    parameters: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.parameters["dbname"])

    def named(self, name: str) -> "Target":
        """Return another database on the same server."""
        return Target({**self.parameters, "dbname": name})

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Open a connection without limits on time."""
        connection = psycopg.connect(
            **self.parameters, autocommit=autocommit, options="-c statement_timeout=0 -c lock_timeout=60000"
        )
        with connection:
            yield connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of backups. Raise BackupError when somebody else does."""
        with self.connect(autocommit=True) as connection:
            held = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            if not (held and held[0]):
                raise BackupError("Another backup or restore is running. Wait until it has ended.")
            yield

    def version(self) -> int:
        """Return the server's major version."""
        with self.connect() as connection:
            return connection.info.server_version // 10_000

    def is_empty(self) -> bool:
        with self.connect() as connection:
            row = connection.execute(HELD).fetchone()
            return row is not None and row[0] == 0

    def clear(self) -> None:
        """Drop all schemas and what is in them; an empty one named `public` is left."""
        with self.connect() as connection:
            for (name,) in connection.execute(OWN_SCHEMAS).fetchall():
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
            connection.execute("CREATE SCHEMA public")

    def figures(self) -> dict[str, TableFigures]:
        with self.connect() as connection:
            return read_figures(connection)

    def advance_leases(self) -> None:
        """Let the numbers of leases go on where no overlay has been."""
        with self.connect() as connection:
            connection.execute(
                "SELECT setval('livesessions_lease_number', nextval('livesessions_lease_number') + %s)",
                [LEASES_BEYOND],
            )


def own_database() -> Target:
    """Return the database of the settings."""
    parameters = dict(connections["default"].get_connection_params())
    for key in ("cursor_factory", "context", "options", "client_encoding"):
        parameters.pop(key, None)
    return Target(parameters)


class Dump:
    """A running dump: its bytes, and afterwards what they were."""

    def __init__(self) -> None:
        self.size = 0
        self._sum = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.size += len(piece)
            self._sum.update(piece)
            yield piece


@contextmanager
def dumping(target: Target) -> Iterator[tuple[Dump, Iterator[bytes], dict[str, TableFigures]]]:
    """Yield a dump's state, its bytes and the tables' figures, all of one snapshot of the database."""
    tool = find_tool("pg_dump", server_version=target.version(), folder=settings.PG_BIN_DIR)
    with target.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101  # a function call always has a row
        command = [tool, "--format=custom", "--no-owner", "--no-acl", f"--snapshot={row[0]}"]
        dump = Dump()
        pieces = dump.counted(read_from(command, libpq_environment(target.parameters)))
        yield dump, pieces, read_figures(connection)


def restore_dump(target: Target, pieces: Iterable[bytes]) -> None:
    """Restore a dump in place of what is in a database. Its tables come as a whole or not at all."""
    tool = find_tool("pg_restore", server_version=target.version(), folder=settings.PG_BIN_DIR)
    target.clear()
    command = [
        tool,
        "--no-owner",
        "--no-acl",
        "--exit-on-error",
        "--single-transaction",
        "--dbname",
        target.name,
    ]
    write_to(command, libpq_environment(target.parameters), pieces)
