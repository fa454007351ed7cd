"""Where backups lie: a folder or a bucket, with one folder a backup and the contents that they share.

```
<id>/database       the dump, encrypted
<id>/manifest       what belongs to it, encrypted; written last, so that a backup without one is unfinished
contents/<name>     an object's bytes, encrypted; several backups refer to the same one
```
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast

from django.core.files.base import File
from django.core.files.storage import Storage, storages

from operations.backup.encryption import BackupKey, decrypt, encrypt
from operations.backup.figures import TableFigures
from operations.errors import BackupError

ALIAS: Final = "backups"  # in the settings' STORAGES
ID_FORMAT: Final = "%Y%m%dT%H%M%SZ"
ID: Final = re.compile(r"\d{8}T\d{6}Z")
CONTENTS: Final = "contents"
MANIFEST_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the installation: its store, its name there, its size, and the content that it had."""

    store: str
    name: str
    size: int
    sha256: str
    content: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup consists of. `sha256` and `size` are the dump's before its encryption."""

    id: str
    size: int
    sha256: str
    tables: dict[str, TableFigures]
    objects: tuple[StoredObject, ...]

    @property
    def made_at(self) -> datetime:
        return made_at(self.id)


def made_at(backup_id: str) -> datetime:
    return datetime.strptime(backup_id, ID_FORMAT).replace(tzinfo=UTC)


class BackupStore:
    """Reads and writes encrypted files of backups."""

    def __init__(self, keys: Sequence[BackupKey], storage: Storage | None = None) -> None:
        self.keys = keys
        self._storage = storage or storages[ALIAS]

    def finished(self) -> list[str]:
        """Return the ids of all finished backups, the oldest first."""
        ids = sorted(name for name in self._list("")[0] if ID.fullmatch(name))
        return [each for each in ids if self._storage.exists(f"{each}/manifest")]

    def newest(self) -> str:
        """Return the id of the newest backup. Raise BackupError when there is none."""
        if ids := self.finished():
            return ids[-1]
        raise BackupError("There is no finished backup. Make one with `manage.py backup`.")

    def manifest(self, backup_id: str) -> Manifest:
        """Return a backup's manifest. Raise BackupError when there is no such backup."""
        if not ID.fullmatch(backup_id) or not self._storage.exists(f"{backup_id}/manifest"):
            raise BackupError(f"There is no backup {backup_id}. `manage.py backup --list` shows them.")
        with self.reading(f"{backup_id}/manifest") as pieces:
            values: dict[str, Any] = json.loads(b"".join(pieces))
        if values.pop("version") != MANIFEST_VERSION:
            raise BackupError("The backup was made by another release. Restore it with that release.")
        tables = {name: TableFigures(**figures) for name, figures in values.pop("tables").items()}
        objects = tuple(StoredObject(**each) for each in values.pop("objects"))
        return Manifest(tables=tables, objects=objects, **values)

    def write_manifest(self, manifest: Manifest) -> None:
        values = {"version": MANIFEST_VERSION, **asdict(manifest)}
        self.write(f"{manifest.id}/manifest", [json.dumps(values).encode()])

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Encrypt and store a file in place of the one that was there. Uses disk, not memory."""
        with TemporaryFile() as file:
            for piece in encrypt(pieces, key=self.keys[0], name=name):
                file.write(piece)
            file.seek(0)
            if self._storage.exists(name):
                self._storage.delete(name)
            self._storage.save(name, File(file))

    @contextmanager
    def reading(self, name: str) -> Iterator[Iterator[bytes]]:
        """Open a file; yields its decrypted pieces. Raise BackupError when it is missing or damaged."""
        try:
            source = self._storage.open(name)
        except FileNotFoundError:
            raise BackupError(f"{name} is missing in the store of the backups.") from None
        with source:
            yield decrypt(cast("IO[bytes]", source), keys=self.keys, name=name)

    def has_content(self, content: str) -> bool:
        return self._storage.exists(f"{CONTENTS}/{content}")

    def contents(self) -> set[str]:
        return set(self._list(CONTENTS)[1])

    def delete_content(self, content: str) -> None:
        self._storage.delete(f"{CONTENTS}/{content}")

    def delete_backup(self, backup_id: str) -> None:
        """Delete a backup's own files, the manifest first: from then on it counts as unfinished."""
        for name in ("manifest", "database"):
            self._storage.delete(f"{backup_id}/{name}")

    def _list(self, folder: str) -> tuple[list[str], list[str]]:
        try:
            return self._storage.listdir(folder)
        except FileNotFoundError:
            return [], []
