"""Errors of moderation. No Django: the stage raises them too."""

from tenants.errors import AppError, TechnicalError


class BlocklistError(AppError):
    """Raised when a blocklist cannot take a word or a file. The message is for the user."""

    code = "blocklist_refused"
    status = 400


class ModerationError(TechnicalError):
    """Raised when a model cannot judge a text."""

    code = "moderation_failed"
