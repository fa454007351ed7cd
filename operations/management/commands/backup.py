import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.backup.database import own_database
from operations.backup.services import delete_old_backups, make_backup, open_store
from operations.errors import BackupError

HOUR_S = 3600


class Command(BaseCommand):
    help = "Save the database and all stored files, encrypted; then delete backups that are too old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="only list the finished backups")
        parser.add_argument("--every", type=float, metavar="HOURS", help="go on for ever, with this pause")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                self.stdout.write("\n".join(open_store().finished()) or "There is no finished backup.")
                return
            self._back_up()
            while options["every"]:
                time.sleep(options["every"] * HOUR_S)
                self._back_up()
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _back_up(self) -> None:
        store, database = open_store(), own_database()
        manifest = make_backup(store=store, database=database, now=timezone.now())
        self.stdout.write(
            f"{manifest.id}: {manifest.size:,} bytes of database, {len(manifest.tables)} tables,"
            f" {len(manifest.objects)} objects."
        )
        for backup_id in delete_old_backups(store=store, database=database, now=timezone.now()):
            self.stdout.write(f"{backup_id}: deleted, it was too old.")
