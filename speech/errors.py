"""Faults of the voice."""


class SpeechError(Exception):
    """Raised when a line cannot be voiced. `permanent` is true when trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
