"""Errors of running an installation."""


class BackupError(Exception):
    """Raised when a backup cannot be made, read or restored; its message says what to do."""
