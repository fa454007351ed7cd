"""The messages on an overlay's socket.

Text frames are JSON objects with a `type`; the classes below are all of them. Binary frames carry the host's
voice, from the server to the page only:

    offset  size  field
         0     1  version, 2
         1    16  utterance, a UUID's bytes
        17     4  sequence number within the utterance, from 0
        21     4  sample rate in Hz
        25     4  position in the utterance's audio, in microseconds
        29     4  time of sending, in milliseconds since 1970, modulo 2**32
        33     n  mono PCM, signed 16-bit little-endian, whole samples

Numbers of the header are unsigned and big-endian. A page that does not ask for version 2 when it connects
(`?version=2`) gets version 1, which lacks the two fields before the PCM.

An utterance is one reply of the host: `begin`, its audio with a `caption` for each further sentence, `end`.
It may be `cut` at any time, and a page plays it only after its `begin`. The first message of a connection is
the `state`. A message that the state already includes may follow it: every message is idempotent.

A page that reconnects sends its position (`&utterance=…&sequence=…`: its last known utterance, and the last
frame received of it). After the state it gets `resumed`, then the missed part, unless that is too old.
A page that has sent `hello` confirms received audio frames (`got`); while too many are unconfirmed, no more
audio is sent.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict
from uuid import UUID

from overlay.layout import Layout
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk

VERSION = 2
HEADER = struct.Struct(">B16sIIII")
HEADER_BEFORE = struct.Struct(">B16sII")  # of version 1
MIN_RATE_HZ = 8_000  # the range of rates that every browser plays
MAX_RATE_HZ = 96_000
UINT32 = 0xFFFF_FFFF


class OverlayChatLine(TypedDict):
    """A chat line. `kind` is the kind of the event; `name` and `text` are untrusted."""

    id: str
    name: str
    text: str
    kind: str


class CaptionText(TypedDict):
    """The sentence that the host is saying. `language` is missing where it is the show's."""

    utterance: str
    text: str
    language: NotRequired[str]


# --- server to page -------------------------------------------------------------------------------


class OverlayStateMessage(TypedDict):
    """The overlay's current state, the first message of a connection; lines are oldest first.

    `trial_ms` is the remaining time of an overlay test. `game`, `tally` and `layout` are missing until they
    are first set. `release` is the server's release of the page: a page of another release reloads itself
    when the host is silent.
    """

    type: Literal["state"]
    live: bool
    muted: bool
    lines: list[OverlayChatLine]
    caption: CaptionText | None
    trial_ms: NotRequired[int]
    game: NotRequired[dict[str, Any]]
    tally: NotRequired[dict[str, int]]
    layout: NotRequired[Layout]
    release: NotRequired[str]


class ChatLineMessage(OverlayChatLine):
    """A new chat line."""

    type: Literal["chat"]


class RetractMessage(TypedDict):
    """Remove chat lines."""

    type: Literal["retract"]
    ids: list[str]


class BeginMessage(CaptionText):
    """An utterance starts; `text` is its first sentence."""

    type: Literal["begin"]


class CaptionMessage(CaptionText):
    """The next sentence, and its position in the utterance's audio."""

    type: Literal["caption"]
    at_ms: int


class EndMessage(TypedDict):
    """All audio of the utterance has been sent; `duration_ms` is its total length."""

    type: Literal["end"]
    utterance: str
    duration_ms: int


class CutMessage(TypedDict):
    """Stop an utterance and drop the rest of it; None stops all utterances."""

    type: Literal["cut"]
    utterance: str | None


class MuteMessage(TypedDict):
    """Mute or unmute. A mute drops all audio under way."""

    type: Literal["mute"]
    muted: bool


class LiveMessage(TypedDict):
    """The show goes on air or off air."""

    type: Literal["live"]
    live: bool


class OverlayGameMessage(TypedDict):
    """The state of the running game and the leaderboard; its `kind` is empty without a game."""

    type: Literal["game"]
    game: dict[str, Any]


class EventCountsMessage(TypedDict):
    """The number of events of each kind in this live."""

    type: Literal["tally"]
    counts: dict[str, int]


class LayoutMessage(TypedDict):
    """The overlay has a new layout."""

    type: Literal["layout"]
    layout: Layout


class TestMessage(TypedDict):
    """An overlay test: the page looks as on air for `for_ms`."""

    type: Literal["trial"]
    for_ms: int


class ResumedMessage(TypedDict):
    """To a page that reconnects: these utterances continue; the page stops all others."""

    type: Literal["resumed"]
    utterances: list[str]


class MissedMessage(CaptionText):
    """An utterance that is too old to be played: the page shows its text."""

    type: Literal["missed"]


class PongMessage(TypedDict):
    """The answer to a `ping`."""

    type: Literal["pong"]


ShownMessage = (
    OverlayStateMessage
    | ChatLineMessage
    | RetractMessage
    | OverlayGameMessage
    | EventCountsMessage
    | LayoutMessage
)
MessageToPage = (
    ShownMessage
    | BeginMessage
    | CaptionMessage
    | EndMessage
    | CutMessage
    | MuteMessage
    | LiveMessage
    | TestMessage
    | ResumedMessage
    | MissedMessage
    | PongMessage
)


# --- page to server -------------------------------------------------------------------------------


class StartedMessage(TypedDict):
    """The page plays the utterance's first sample."""

    type: Literal["started"]
    utterance: str


class PlaybackFigures(TypedDict, total=False):
    """How an utterance was played: audible length, loudness (RMS, dBFS) and buffer underruns."""

    utterance: str
    played_ms: int
    level_db: float
    underruns: int
    underrun_ms: int
    context: str


class EndedMessage(PlaybackFigures):
    """The utterance was played to its end."""

    type: Literal["ended"]


class CutDoneMessage(PlaybackFigures):
    """The utterance was stopped after its start."""

    type: Literal["cut_done"]


class HelloMessage(TypedDict):
    """The page's description of itself, sent at the start and after each change."""

    type: Literal["hello"]
    page: int
    software: str
    version: str
    width: int
    height: int
    pixel_ratio: float
    audio: str
    visible: bool
    active: bool


class SoundMessage(TypedDict):
    """Whether the page's sound works."""

    type: Literal["sound"]
    state: str


class PingMessage(TypedDict):
    """The page's heartbeat, every few seconds."""

    type: Literal["ping"]


class FramesReceivedMessage(TypedDict):
    """The number of audio frames received since the page connected."""

    type: Literal["got"]
    frames: int


MessageToServer = (
    StartedMessage
    | EndedMessage
    | CutDoneMessage
    | HelloMessage
    | SoundMessage
    | PingMessage
    | FramesReceivedMessage
)
Phase = Literal["started", "ended", "cut"]


class MalformedMessage(ValueError):
    """Raised when a frame is none of the messages of this module."""


# --- audio ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A binary frame as values. `position_us` is the chunk's start in its utterance."""

    utterance_id: UUID
    sequence: int
    chunk: AudioChunk
    position_us: int = 0
    sent_ms: int = 0


def encode(message: MessageToPage) -> str:
    """Return the text frame in ASCII, so that a lone surrogate in a name is sent as an escape."""
    return json.dumps(message, separators=(",", ":"))


def pack_audio(frame: AudioFrame) -> bytes:
    """Return the binary frame; raise `MalformedMessage` for audio that a page cannot play."""
    rate, pcm = frame.chunk.sample_rate_hz, frame.chunk.pcm
    if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ or len(pcm) % BYTES_PER_SAMPLE:
        raise MalformedMessage("not whole samples at a rate that browsers play")
    numbers = (frame.sequence, rate, frame.position_us & UINT32, frame.sent_ms & UINT32)
    return HEADER.pack(VERSION, frame.utterance_id.bytes, *numbers) + pcm


def unpack_audio(frame: bytes) -> AudioFrame:
    """Parse a binary frame; raise `MalformedMessage`."""
    if len(frame) < HEADER.size or (len(frame) - HEADER.size) % BYTES_PER_SAMPLE:
        raise MalformedMessage("too short or not whole samples")
    version, utterance, sequence, rate, position_us, sent_ms = HEADER.unpack_from(frame)
    if version != VERSION or not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
        raise MalformedMessage("unknown version or rate")
    chunk = AudioChunk(frame[HEADER.size :], rate)
    return AudioFrame(UUID(bytes=utterance), sequence, chunk, position_us, sent_ms)


def without_times(frame: bytes) -> bytes:
    """Convert a binary frame to version 1."""
    return b"\x01" + frame[1 : HEADER_BEFORE.size] + frame[HEADER.size :]
