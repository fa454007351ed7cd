"""Makes backups, restores them, tries them out, and deletes old ones."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from psycopg import sql

from operations.backup.database import Target, dumping, restore_dump
from operations.backup.encryption import backup_keys
from operations.backup.figures import differences
from operations.backup.objects import put_back, read_object, save_objects
from operations.backup.store import ID_FORMAT, BackupStore, Manifest, made_at
from operations.errors import BackupError

DIFFERENT: Final = "What was restored is not what was saved: "


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore or a drill found: how many tables, rows and objects, and how many were written."""

    backup_id: str
    tables: int
    rows: int
    objects: int
    written: int


def open_store() -> BackupStore:
    """Return the installation's store of backups. Raise BackupError when no key is set."""
    return BackupStore(backup_keys(settings.BACKUP_KEYS))


def make_backup(*, store: BackupStore, database: Target, now: datetime) -> Manifest:
    """Save the database and all objects. Objects are read after the dump, so no row misses its own."""
    backup_id = now.strftime(ID_FORMAT)
    with database.locked():
        if backup_id in store.finished():
            raise BackupError("A backup was made within this second. Try again.")
        with dumping(database) as (dump, pieces, tables):
            store.write(f"{backup_id}/database", pieces)
        objects = tuple(save_objects(store))
        manifest = Manifest(backup_id, dump.size, dump.sha256, tables, objects)
        store.write_manifest(manifest)
    return manifest


def restore_backup(
    *,
    store: BackupStore,
    database: Target,
    backup_id: str,
    replace: bool,
    on_restored: Callable[[datetime], object],
) -> RestoreReport:
    """Restore a backup and compare it with what was saved. `on_restored` gets the time of the backup.

    Raise BackupError when the database is not empty and `replace` is False, and when something differs.
    """
    manifest = store.manifest(backup_id)
    if not database.is_empty() and not replace:
        raise BackupError("The database is not empty. Say --replace to delete what is in it.")
    with database.locked():
        _restore_database(store, manifest, database)
        written = sum(put_back(store, each) for each in manifest.objects)
        database.advance_leases()
    on_restored(manifest.made_at)
    return _report(manifest, written)


def try_restore(*, store: BackupStore, database: Target, backup_id: str) -> RestoreReport:
    """Restore a backup into a database of its own, compare, read every object, and drop it again."""
    manifest = store.manifest(backup_id)
    with _scratch_database(database) as scratch:
        _restore_database(store, manifest, scratch)
    for each in manifest.objects:
        read_object(store, each)
    return _report(manifest, 0)


def delete_old_backups(*, store: BackupStore, database: Target, now: datetime) -> list[str]:
    """Delete the backups older than `BACKUP_KEEP_DAYS`, but never the newest, and contents of no backup."""
    with database.locked():
        *earlier, newest = store.finished() or [""]
        oldest = now - timedelta(days=settings.BACKUP_KEEP_DAYS)
        deleted = [each for each in earlier if made_at(each) < oldest]
        kept = [*(each for each in earlier if each not in deleted), *([newest] if newest else [])]
        # Read before anything is deleted: a manifest that cannot be read stops everything.
        needed = {found.content for each in kept for found in store.manifest(each).objects}
        for each in deleted:
            store.delete_backup(each)
        for content in store.contents() - needed:
            store.delete_content(content)
    return deleted


def _restore_database(store: BackupStore, manifest: Manifest, database: Target) -> None:
    summed = hashlib.sha256()

    def pieces(source: Iterator[bytes]) -> Iterator[bytes]:
        for piece in source:
            summed.update(piece)
            yield piece
        # Raised before the program sees the end of its input, so that nothing of it is committed.
        if summed.hexdigest() != manifest.sha256:
            raise BackupError(
                f"The dump of {manifest.id} is another one than was saved. Take an older backup."
            )

    with store.reading(f"{manifest.id}/database") as source:
        restore_dump(database, pieces(source))
    if found := differences(manifest.tables, database.figures()):
        raise BackupError(DIFFERENT + "; ".join(found))


@contextmanager
def _scratch_database(database: Target) -> Iterator[Target]:
    name = f"{database.name[:40]}_drill_{secrets.token_hex(4)}"
    with database.connect(autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield database.named(name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _report(manifest: Manifest, written: int) -> RestoreReport:
    rows = sum(each.rows for each in manifest.tables.values())
    return RestoreReport(manifest.id, len(manifest.tables), rows, len(manifest.objects), written)
