"""What a backup consists of can be read with its key only, and not when a byte of it has changed."""

from base64 import urlsafe_b64encode
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from operations.backup import encryption
from operations.backup.encryption import BackupKey, backup_keys, decrypt, encrypt
from operations.backup.figures import TableFigures, differences
from operations.backup.objects import NOT_KEPT, kept_stores
from operations.backup.tools import find_tool
from operations.errors import BackupError

KEY, OTHER = backup_keys([urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2)])
PIECE = 64


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "PIECE_BYTES", PIECE)


def stored(data: bytes, *, key: BackupKey = KEY, name: str = "a") -> bytes:
    return b"".join(encrypt([data[:10], data[10:]], key=key, name=name))


def read(stored_bytes: bytes, *keys: BackupKey, name: str = "a") -> bytes:
    return b"".join(decrypt(BytesIO(stored_bytes), keys=keys or [KEY], name=name))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE, 5 * PIECE + 7])
def test_what_was_encrypted_is_read_again(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert read(stored(data)) == data
    assert read(stored(data, key=OTHER), KEY, OTHER) == data


def test_another_key_reads_nothing_and_the_words_say_which_is_needed() -> None:
    with pytest.raises(BackupError, match="No key in BACKUP_KEYS can read this file"):
        read(stored(b"secret", key=OTHER))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[: encryption.PREFIX_BYTES + 12 + PIECE + 16],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: data[:19] + data[19 + PIECE + 16 :],
        lambda data: data + data[-PIECE:],
    ],
    ids=["cut by a byte", "cut at a piece", "changed", "without its first piece", "longer"],
)
def test_a_damaged_file_is_refused(change: "object") -> None:
    assert callable(change)
    with pytest.raises(BackupError):
        read(change(stored(b"x" * 200)))


def test_a_file_in_the_place_of_another_is_refused() -> None:
    with pytest.raises(BackupError, match="damaged"):
        read(stored(b"x", name="20261201T000000Z/database"), name="20261202T000000Z/database")


def test_without_a_key_no_backup_is_made() -> None:
    with pytest.raises(BackupError, match="Set BACKUP_KEYS first"):
        backup_keys([])


def test_a_program_that_is_too_old_is_not_used(tmp_path: Path) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.4'\n")
    old.chmod(0o755)
    assert find_tool("pg_dump", server_version=12, folder=str(tmp_path)) == str(old)
    with pytest.raises(
        BackupError, match=r"pg_dump 16 or newer is needed\. Install the package postgresql-client-16"
    ):
        find_tool("pg_dump", server_version=16, folder=str(tmp_path))


def test_differences_are_said_table_by_table() -> None:
    saved = {"a": TableFigures(2, "1"), "b": TableFigures(1, "5"), "c": TableFigures(0, "0")}
    restored = {"a": TableFigures(1, "1"), "b": TableFigures(1, "6"), "d": TableFigures(0, "0")}
    assert differences(saved, restored) == [
        "a: 1 rows instead of 2",
        "b: the same number of rows, with other values",
        "c: missing",
        "d: not in the backup",
    ]
    assert differences(saved, saved) == []


def test_every_store_is_saved_or_left_out_on_purpose() -> None:
    assert kept_stores() == ["default", "knowledge", "replies"]
    assert settings.STORAGES.keys() >= NOT_KEPT
