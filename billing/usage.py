"""What a paid call used, and the port that every paid call reports to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class UsageKind(StrEnum):
    """What is counted. A price belongs to one kind."""

    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    EMBEDDING_TOKENS = "embedding_tokens"
    MODERATION_TOKENS = "moderation_tokens"
    VOICE_CHARACTERS = "voice_characters"
    LIVE_SECONDS = "live_seconds"
    ENCODER_SECONDS = "encoder_seconds"
    MEDIA_SECONDS = "media_seconds"
    STORAGE_BYTES = "storage_bytes"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call was made for: a live, else its workspace, else the installation itself."""

    tenant_id: UUID | None = None
    live_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One quantity that one call used. `provider` and `model` name its price."""

    kind: UsageKind
    quantity: int
    provider: str
    model: str
    subject: Subject


class UsageMeter(Protocol):
    """Takes reports of calls that the installation pays for.

    A call with a workspace's own key is not reported: the provider bills the workspace itself.
    """

    def record(self, usage: UsageRecord) -> None:
        """Take a report. Never waits and never raises."""


class SpendCap(UsageMeter, Protocol):
    """A meter of one subject that also knows when the subject has spent all it may."""

    @property
    def subject(self) -> Subject:
        """What the calls are made for."""

    @property
    def is_reached(self) -> bool:
        """Whether the cap is reached, as far as is known here. Never waits."""

    async def allows(self) -> bool:
        """Write down what was recorded, and return whether more may be spent. Answers within 0.2 s."""
