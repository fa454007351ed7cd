"""Encrypts secrets at rest, with the first key of the installation's set; any key of the set reads them."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from providers.errors import SecretUnreadable


def encrypt(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Return the secret; raise `SecretUnreadable` when no key of the set wrote it."""
    try:
        return _keys().decrypt(ciphertext.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise SecretUnreadable("The secret cannot be read.") from None


def rotate(ciphertext: str) -> str:
    """Return the same secret, encrypted with the first key of the set; raise `SecretUnreadable` likewise."""
    try:
        return _keys().rotate(ciphertext.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise SecretUnreadable("The secret cannot be read.") from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
