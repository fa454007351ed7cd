"""A model field whose column holds ciphertext only. Key rotation finds every one of them by its type."""

from typing import TYPE_CHECKING, Any

from django.db import models

from providers.encryption import decrypt, encrypt


class EncryptedText:
    """A secret as it is stored. It shows nothing of itself; `reveal` reads it."""

    __slots__ = ("ciphertext",)

    def __init__(self, ciphertext: str) -> None:
        self.ciphertext = ciphertext

    @classmethod
    def of(cls, secret: str) -> "EncryptedText":
        """Encrypt a secret with the first key of the installation's set."""
        return cls(encrypt(secret))

    def reveal(self) -> str:
        """Return the secret; raise `SecretUnreadable` when no key of the set wrote it."""
        return decrypt(self.ciphertext)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EncryptedText) and other.ciphertext == self.ciphertext

    def __hash__(self) -> int:
        return hash(self.ciphertext)

    def __repr__(self) -> str:
        return "EncryptedText(…)"


if TYPE_CHECKING:
    _Text = models.TextField[EncryptedText, EncryptedText]
else:
    _Text = models.TextField


class EncryptedTextField(_Text):
    """Holds an `EncryptedText`. A plain string is refused, so that none is ever stored by mistake."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False, **kwargs})

    def from_db_value(self, value: str | None, *_: Any) -> EncryptedText | None:
        return None if value is None else EncryptedText(value)

    def to_python(self, value: Any) -> Any:
        """Return the value of a serialized row, which is ciphertext."""
        return EncryptedText(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, EncryptedText):
            return value and value.ciphertext
        raise TypeError(f"{self.name} takes an EncryptedText, not a {type(value).__name__}")

    def value_to_string(self, obj: models.Model) -> str:
        stored: EncryptedText = self.value_from_object(obj)
        return stored.ciphertext
