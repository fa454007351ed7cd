"""Secrets of workspaces at rest: encrypted with the first key of the installation's set, read with any."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from speech.errors import KeyUnreadable


def encrypt(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Return the secret; raise `KeyUnreadable` when it was written with no key of the set."""
    try:
        return _keys().decrypt(ciphertext.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise KeyUnreadable from None


def rotate(ciphertext: str) -> str:
    """Return the same secret, encrypted with the first key of the set; raise `KeyUnreadable` likewise."""
    try:
        return _keys().rotate(ciphertext.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise KeyUnreadable from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
