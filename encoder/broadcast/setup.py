"""What a stream needs before it can begin: where it goes, and what it shows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from encoder.broadcast.pictures import PictureSource
from encoder.mixer.frames import Samples
from encoder.rtmp.address import StreamAddress, StreamKey
from encoder.rtmp.dialing import DialOptions


class UnreadyReason(StrEnum):
    """Why a stream cannot begin."""

    NO_TARGET = "no_target"
    NO_KEY = "no_key"
    NOT_IN_PLAN = "not_in_plan"
    REHEARSAL = "rehearsal"
    NO_PICTURES = "no_pictures"
    USED_UP = "used_up"
    FAILED = "failed"


class StreamUnready(Exception):
    """Raised when a stream cannot begin until somebody changes something."""

    def __init__(self, reason: UnreadyReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a stream goes.

    `first_timestamp_ms`: its clock goes on from a worker before. `resumes`: the server may hold that worker's
    stream still, so its refusal is no answer.
    """

    address: StreamAddress
    key: StreamKey
    dial: DialOptions
    first_timestamp_ms: int = 0
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class StreamContent:
    """What a stream shows, the card at its end, and its music, of shape (n, 2)."""

    pictures: PictureSource
    card: PictureSource | None = None
    music: Samples | None = None
    video_kbit_s: int = 2_500


class StreamSetup(Protocol):
    """Reads what a stream needs. Both raise `StreamUnready`."""

    async def destination(self) -> Destination:
        """Return where the stream goes, as it is stored now."""

    async def content(self) -> StreamContent:
        """Return what it shows. It may take seconds."""
