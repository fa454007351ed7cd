"""A throwaway PostgreSQL and Redis for one test run, started before Django reads its settings.

With pytest-xdist the first process starts them and the workers inherit their addresses; each worker has a
database of its own (pytest-django's suffix) and a Redis database of its own. Their other shared files are in
`TEST_RUN_FOLDER`.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config.embedded import ensure_servers, release_servers


@pytest.hookimpl(wrapper=True)  # wrappers run first: pytest-django reads the settings in this hook too
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    if "TEST_RUN_FOLDER" not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="vivavoce-tests-"))
        os.environ["TEST_RUN_FOLDER"] = str(folder)
        early_config.add_cleanup(lambda: _discard(folder))
    if "TEST_DATABASE_URL" not in os.environ:
        servers = ensure_servers(Path(os.environ["TEST_RUN_FOLDER"]), durable=False)
        os.environ["TEST_DATABASE_URL"] = servers.database_url
        os.environ["TEST_REDIS_URL"] = servers.redis_url
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if os.environ["TEST_REDIS_URL"].startswith("unix"):
        os.environ["TEST_REDIS_URL"] = f"{os.environ['TEST_REDIS_URL'].split('?')[0]}?db={worker}"
    return (yield)


def _discard(folder: Path) -> None:
    release_servers(folder)
    shutil.rmtree(folder, ignore_errors=True)
