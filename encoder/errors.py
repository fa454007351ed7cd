"""Errors of stream targets that a user can cause."""

from tenants.errors import AppError


class StreamRefused(AppError):
    """Raised for a stream target that cannot be stored or checked. Its message is for the user."""

    code = "stream_refused"
    status = 400

    def __init__(self, message: str, *, code: str, status: int = 400, field: str = "") -> None:
        super().__init__(message, code=code, status=status)
        self.field = field
