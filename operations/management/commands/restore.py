from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from operations.backup.database import own_database
from operations.backup.services import open_store, restore_backup, try_restore
from operations.errors import BackupError
from operations.signals import backup_restored


class Command(BaseCommand):
    help = "Restore a backup into an empty database, or try one out; compare it with what was saved."
    requires_system_checks = []  # the database may be empty

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", default="newest", help="an id of `backup --list`, or newest")
        parser.add_argument("--replace", action="store_true", help="delete first what is in the database")
        parser.add_argument("--drill", action="store_true", help="only try it, in a database that is dropped")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._run(**options)
        except BackupError as error:
            raise CommandError(str(error)) from error
        done = "can be restored" if options["drill"] else f"restored, {report.written} objects written"
        self.stdout.write(
            f"{report.backup_id}: {done}. {report.tables} tables with {report.rows:,} rows and"
            f" {report.objects} objects are as they were saved."
        )

    def _run(self, *, backup: str, drill: bool, replace: bool, **options: Any) -> Any:
        store, database = open_store(), own_database()
        backup_id = store.newest() if backup == "newest" else backup
        if drill:
            return try_restore(store=store, database=database, backup_id=backup_id)
        connections.close_all()
        return restore_backup(
            store=store,
            database=database,
            backup_id=backup_id,
            replace=replace,
            on_restored=lambda made_at: backup_restored.send(sender=None, made_at=made_at),
        )
