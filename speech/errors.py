"""Errors of voices, their settings and previews. No Django: the stages raise some of them."""

from tenants.errors import AppError, InUse, TechnicalError


class SpeechError(TechnicalError):
    """Raised when a line cannot be voiced. `service_status` is the HTTP status that the service answered."""

    code = "speech_failed"

    def __init__(
        self, message: str = "", *, permanent: bool | None = None, service_status: int | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.service_status = service_status


class LineRefused(SpeechError):
    """Raised when a voice cannot say one line, although it works: the text or the voice's name is not for it.

    It says nothing about the voice's service, so it does not count against its circuit breaker.
    """

    code = "line_refused"


class SpendCapReached(SpeechError):
    """Raised when a paid voice may not speak, since the spend cap is reached."""

    code = "spend_cap_reached"

    def __init__(self) -> None:
        super().__init__("The spend cap is reached.")


class StoreError(TechnicalError):
    """Raised when the object store, its index or Redis fails to store, read or count a clip."""

    code = "voice_cache_failed"


class VoiceInUse(InUse):
    """Raised when a voice cannot be deleted because shows use it. `shows` are their names."""

    code = "voice_in_use"


class VoiceCircle(AppError):
    """Raised when a voice would become its own backup, directly or through others."""

    code = "voice_circle"
    status = 400


class PronunciationConflict(AppError):
    """Raised when a pronunciation is malformed, a duplicate or one too many."""

    code = "pronunciation_conflict"


class PreviewRefused(AppError):
    """Raised when a preview cannot run now."""

    code = "preview_refused"


class PreviewRunning(PreviewRefused):
    """Raised when the user's last preview for the same purpose still runs."""

    code = "preview_running"
    status = 409
