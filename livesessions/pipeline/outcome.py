"""The outcomes of a reply."""

from enum import StrEnum


class ReplyOutcome(StrEnum):
    """The state of one reply: speaking until it was spoken, cut, refused or has failed.

    A held reply waits for a person's approval; then it is spoken, rejected, or it expires.
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
