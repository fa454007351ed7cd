"""A backup brings back an installation that was lost: its rows, its files, and a demo live that speaks."""

import io
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from redis import Redis

from operations.backup.database import own_database as own_target
from operations.backup.services import delete_old_backups, open_store
from operations.backup.tools import find_tool
from operations.errors import BackupError
from tests.config.restored import own_database
from tests.livesessions.worker.worker_processes import speaking_since, until, workers
from tests.schema import load_schema

pytestmark = [pytest.mark.processes, pytest.mark.slow]

PICTURE = b"a picture of the host"


@pytest.fixture
def environment(
    server_environment: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
    redis_client: Redis,
    settings: Any,
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """An installation with a database and folders of its own, and a key for its backups."""
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            alias: {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": tmp_path / alias, "allow_overwrite": True},
            }
            for alias in ("default", "replies", "backups")
        },
    }
    settings.BACKUP_KEYS = [urlsafe_b64encode(b"k" * 32).decode()]
    with django_db_blocker.unblock(), own_database("backup"):
        try:
            find_tool("pg_dump", server_version=own_target().version(), folder=settings.PG_BIN_DIR)
        except BackupError as error:
            pytest.skip(str(error))
        url = urlsplit(server_environment["TEST_DATABASE_URL"])
        own = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        load_schema(own)
        yield {**server_environment, "TEST_DATABASE_URL": own}


def run(command: str, *arguments: str) -> str:
    printed = io.StringIO()
    call_command(command, *arguments, stdout=printed)
    return printed.getvalue()


def empty_the_stores() -> None:
    for alias in ("default", "replies"):
        storage = storages[alias]
        for name in storage.listdir("")[1]:
            storage.delete(name)


def test_a_lost_installation_is_restored_and_its_demo_live_speaks_again(
    environment: dict[str, str], tmp_path: Path, redis_client: Redis
) -> None:
    run("seed_demo", "--language", "en")
    storages["default"].save("host.png", ContentFile(PICTURE))
    storages["replies"].save("greeting.wav", ContentFile(b"RIFF"))
    with workers(environment, tmp_path) as start:
        began = timezone.now()
        worker = start(5)
        until(lambda: speaking_since(began))
        worker.stop()
    figures = own_target().figures()

    assert "objects." in run("backup")
    assert "can be restored." in run("restore", "--drill")
    with pytest.raises(CommandError, match=r"The database is not empty\. Say --replace"):
        run("restore")

    connection.close()
    own_target().clear()
    empty_the_stores()
    redis_client.flushdb()
    assert own_target().is_empty()

    assert "restored, 2 objects written." in run("restore")
    assert own_target().figures() == figures
    with storages["default"].open("host.png") as file:
        assert file.read() == PICTURE
    with workers(environment, tmp_path) as start:
        lost = timezone.now()
        start(5)
        assert until(lambda: speaking_since(lost)) == 1


def test_an_exchanged_dump_is_refused_and_old_backups_go(environment: dict[str, str], settings: Any) -> None:
    store, database = open_store(), own_target()
    storages["default"].save("host.png", ContentFile(PICTURE))
    run("backup")
    backup_id = store.newest()
    store.write(f"{backup_id}/database", [b"another dump"])
    with pytest.raises(CommandError, match=r"pg_restore failed|another one than was saved"):
        run("restore", backup_id, "--replace")
    with pytest.raises(CommandError, match="There is no backup 20200101T000000Z"):
        run("restore", "20200101T000000Z")

    later = timezone.now() + timedelta(days=settings.BACKUP_KEEP_DAYS + 1)
    assert delete_old_backups(store=store, database=database, now=later) == []  # the newest one stays
    assert len(store.contents()) >= 1
    store.delete_backup(backup_id)
    assert delete_old_backups(store=store, database=database, now=later) == []
    assert store.contents() == set()


def test_nobody_backs_up_while_another_backup_runs(environment: dict[str, str]) -> None:
    with own_target().locked(), pytest.raises(CommandError, match="Another backup or restore is running"):
        run("backup")
