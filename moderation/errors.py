"""Errors of moderation. No Django: the stage raises them too."""

from tenants.errors import AppError, TechnicalError


class BlocklistError(AppError):
    """Raised when a word or file cannot be added to a list. The message is for the user."""

    code = "blocklist_refused"
    status = 400


class ModerationError(TechnicalError):
    """Raised when a moderation model gives no judgement."""

    code = "moderation_failed"
