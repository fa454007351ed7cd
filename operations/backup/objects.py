"""The installation's stored files, such as pictures and the audio of replies, seen by a backup."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from operations.backup.store import ALIAS, CONTENTS, BackupStore, StoredObject
from operations.errors import BackupError

# Static files come with the release; lines are spoken and loops are made again when they are needed.
NOT_KEPT: Final = frozenset({"staticfiles", "lines", "loops", ALIAS})
TOP: Final = ""


def kept_stores() -> list[str]:
    """Return the aliases of the stores that a backup contains."""
    return sorted(settings.STORAGES.keys() - NOT_KEPT)


def save_objects(store: BackupStore) -> Iterator[StoredObject]:
    """Store the contents that no earlier backup has, and yield every object but those that vanish."""
    for alias in kept_stores():
        storage = storages[alias]
        for name in sorted(_names(storage, TOP)):
            try:
                with storage.open(name) as file:
                    data: bytes = file.read()
            except FileNotFoundError:
                continue
            digest = hashlib.sha256(data).digest()
            content = store.keys[0].content_id(digest)
            if not store.has_content(content):
                store.write(f"{CONTENTS}/{content}", [data])
            yield StoredObject(alias, name, len(data), digest.hex(), content)


def read_object(store: BackupStore, saved: StoredObject) -> bytes:
    """Return an object's bytes from the backup. Raise BackupError when they are not what they were."""
    with store.reading(f"{CONTENTS}/{saved.content}") as pieces:
        data = b"".join(pieces)
    if hashlib.sha256(data).hexdigest() != saved.sha256:
        raise BackupError(f"The content of {saved.store}/{saved.name} is another one than was saved.")
    return data


def put_back(store: BackupStore, saved: StoredObject) -> bool:
    """Store an object where it was, unless it is there. Return whether it had to be written."""
    storage = storages[saved.store]
    if storage.exists(saved.name) and _digest_of(storage, saved.name) == saved.sha256:
        return False
    data = read_object(store, saved)
    storage.delete(saved.name)
    storage.save(saved.name, ContentFile(data))
    return True


def _digest_of(storage: Storage, name: str) -> str:
    with storage.open(name) as file:
        return hashlib.file_digest(BytesIO(file.read()), "sha256").hexdigest()


def _names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in files if name)
    for each in folders:
        yield from _names(storage, f"{prefix}{each}")
