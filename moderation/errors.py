"""Faults of moderation's settings."""


class BlocklistError(Exception):
    """Raised when a file cannot be taken into a blocklist: it is no text, or holds too much."""
