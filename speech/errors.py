"""Errors of the voice. No Django: the stage raises them too."""

from collections.abc import Sequence

from tenants.errors import AppError, TechnicalError


class SpeechError(TechnicalError):
    """Raised when a line cannot be voiced. `service_status` is the HTTP status that the service answered."""

    code = "speech_failed"

    def __init__(
        self, message: str = "", *, permanent: bool | None = None, service_status: int | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.service_status = service_status


class StoreError(TechnicalError):
    """Raised when the cache of spoken lines cannot be written."""

    code = "voice_cache_failed"


class VoiceInUse(AppError):
    """Raised when a voice cannot be deleted, for these shows speak with it. `shows` are their names."""

    code = "voice_in_use"

    def __init__(self, message: str, *, shows: Sequence[str]) -> None:
        super().__init__(message)
        self.shows = tuple(shows)


class VoiceCircle(AppError):
    """Raised when a voice would stand in for itself, directly or by way of others."""

    code = "voice_circle"
    status = 400


class WordConflict(AppError):
    """Raised when a pronunciation does not fit beside those that there are. The message is for the user."""

    code = "pronunciation_conflict"
