"""How a reply can end."""

from enum import StrEnum


class Outcome(StrEnum):
    """Where one reply stands: speaking until it has been spoken, cut, refused or has failed.

    One that is held waits for a person's approval; it goes on, is rejected, or expires.
    """

    SPEAKING = "speaking"
    SPOKEN = "spoken"
    MUTED = "muted"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    HELD = "held"
    REJECTED = "rejected"
    EXPIRED = "expired"
