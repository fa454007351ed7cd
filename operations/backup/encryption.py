"""Encrypts backups as streams, so that neither memory nor disk must hold one in clear text.

The format is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) over AES-256-GCM: a header
with the key's name and a random prefix, then pieces of `PIECE_BYTES`. Each piece's nonce is the prefix, its
number, and whether it is the last one; so pieces cannot be changed, reordered, repeated or cut off.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from operations.errors import BackupError

MAGIC: Final = b"VVB1"
NAME_BYTES: Final = 8
PREFIX_BYTES: Final = 7
TAG_BYTES: Final = 16
PIECE_BYTES: Final = 1 << 20
DAMAGED: Final = "The file is damaged, or it is another file than its name says. Take an older backup."


@dataclass(frozen=True, slots=True)
class BackupKey:
    """A key of 32 bytes, and the name under which a file refers to it."""

    secret: bytes
    name: bytes

    def content_id(self, digest: bytes) -> str:
        """Return the name of a content that only holders of the key can compute."""
        return hmac.new(self.secret, b"content " + digest, hashlib.sha256).hexdigest()


def backup_keys(encoded: Sequence[str]) -> list[BackupKey]:
    """Return the keys of the setting `BACKUP_KEYS`; the first one encrypts. Raise BackupError without any."""
    if not encoded:
        raise BackupError(
            "Set BACKUP_KEYS first: docs/operations.md says how to make one and where to keep it."
        )
    secrets_ = [urlsafe_b64decode(each) for each in encoded]
    return [BackupKey(each, hashlib.sha256(b"name " + each).digest()[:NAME_BYTES]) for each in secrets_]


def encrypt(pieces: Iterable[bytes], *, key: BackupKey, name: str) -> Iterator[bytes]:
    """Yield the encrypted stream of some bytes. `name` is authenticated: the file is readable only as it."""
    prefix = secrets.token_bytes(PREFIX_BYTES)
    cipher = AESGCM(key.secret)
    yield MAGIC + key.name + prefix
    number, waiting = 0, b""
    for piece in pieces:
        waiting += piece
        while len(waiting) > PIECE_BYTES:
            yield cipher.encrypt(_nonce(prefix, number, last=False), waiting[:PIECE_BYTES], name.encode())
            number, waiting = number + 1, waiting[PIECE_BYTES:]
    yield cipher.encrypt(_nonce(prefix, number, last=True), waiting, name.encode())


def decrypt(source: IO[bytes], *, keys: Sequence[BackupKey], name: str) -> Iterator[bytes]:
    """Yield the bytes of an encrypted stream. Raise BackupError where it is damaged or its key is missing."""
    header = source.read(len(MAGIC) + NAME_BYTES + PREFIX_BYTES)
    if len(header) < len(MAGIC) + NAME_BYTES + PREFIX_BYTES or not header.startswith(MAGIC):
        raise BackupError("This is no encrypted file of a backup.")
    key_name, prefix = header[len(MAGIC) : -PREFIX_BYTES], header[-PREFIX_BYTES:]
    key = next((each for each in keys if each.name == key_name), None)
    if key is None:
        raise BackupError(
            "No key in BACKUP_KEYS can read this file. Add the key that was first when it was made."
        )
    cipher, number = AESGCM(key.secret), 0
    piece = _read_whole(source)
    while True:
        following = _read_whole(source)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), piece, name.encode())
        except InvalidTag:
            raise BackupError(DAMAGED) from None
        if not following:
            return
        number, piece = number + 1, following


def _read_whole(source: IO[bytes]) -> bytes:
    """Read a whole encrypted piece: a source such as a bucket may return less than asked for."""
    parts: list[bytes] = []
    missing = PIECE_BYTES + TAG_BYTES
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
