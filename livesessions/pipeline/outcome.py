"""How a reply can end."""

from enum import StrEnum


class Outcome(StrEnum):
    """Where one reply stands: speaking until it has been spoken, cut, refused or has failed."""

    SPEAKING = "speaking"
    SPOKEN = "spoken"
    MUTED = "muted"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
