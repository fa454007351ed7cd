"""Faults of moderation's settings."""


class BlocklistError(Exception):
    """Raised when a file cannot be taken into a blocklist: it is no text, or holds too much."""


class ModerationError(Exception):
    """Raised when a model cannot judge a text. `permanent` is true when trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
