"""Faults of the voice."""

from collections.abc import Sequence


class SpeechError(Exception):
    """Raised when a line cannot be voiced. `permanent` is true when trying again cannot help.

    `status` is what the service answered, where it answered in HTTP.
    """

    def __init__(self, message: str, *, permanent: bool = False, status: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status


class StoreError(Exception):
    """Raised when a line cannot be put where lines are kept."""


class VoiceInUse(Exception):
    """Raised when a voice cannot be deleted, for these shows speak with it. `shows` are their names."""

    def __init__(self, shows: Sequence[str]) -> None:
        super().__init__(", ".join(shows))
        self.shows = tuple(shows)


class VoiceCircle(Exception):
    """Raised when a voice would stand in for itself, directly or by way of others."""


class KeyUnreadable(Exception):
    """Raised when a stored key cannot be read with any of the installation's encryption keys."""


class WordConflict(Exception):
    """Raised when a pronunciation does not fit beside those that there are. The message is for the user."""


class AddressRefused(Exception):
    """Raised when an address of a workspace's own is not a public one. The message is for the user."""
