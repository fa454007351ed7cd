"""What travels over the overlay's socket.

Text frames are JSON objects, told apart by `type`; the classes below are all of them. Binary frames carry the
host's voice, from the server to the page only:

    offset  size  field
         0     1  version, 1
         1    16  utterance, a UUID's bytes
        17     4  sequence number within the utterance, from 0
        21     4  sample rate in Hz
        25     n  mono PCM, signed 16-bit little-endian, whole samples

Numbers of the header are unsigned and big-endian.

An utterance is what the host says in one go: `begin`, then its audio and, sentence by sentence, `caption`s,
then `end`. It may be `cut` at any time, and a page plays it only if it received its `begin`. A page first
gets the `state`; a message that it counts already may follow, so that every message can bear repeating.
"""

import json
import struct
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict
from uuid import UUID

from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk

VERSION = 1
HEADER = struct.Struct(">B16sII")
MIN_RATE_HZ = 8_000  # what every browser can play lies between these two
MAX_RATE_HZ = 96_000


class Line(TypedDict):
    """A line of the chat. `kind` says what happened in the room; `name` and `text` are untrusted."""

    id: str
    name: str
    text: str
    kind: str


class Spoken(TypedDict):
    """What the host is saying."""

    utterance: str
    text: str


# --- server to page -------------------------------------------------------------------------------


class State(TypedDict):
    """How everything stands; the first thing that a page gets, oldest line first.

    `trial_ms` is there while somebody tries the page out, and says for how long they still do.
    """

    type: Literal["state"]
    live: bool
    muted: bool
    lines: list[Line]
    caption: Spoken | None
    trial_ms: NotRequired[int]


class Chat(Line):
    """A new line of the chat."""

    type: Literal["chat"]


class Retract(TypedDict):
    """Lines that must not be seen any more."""

    type: Literal["retract"]
    ids: list[str]


class Begin(TypedDict):
    """A new utterance starts; `text` is its first sentence."""

    type: Literal["begin"]
    utterance: str
    text: str


class Caption(TypedDict):
    """A further sentence, and where in the utterance's audio it starts."""

    type: Literal["caption"]
    utterance: str
    text: str
    at_ms: int


class End(TypedDict):
    """All audio of the utterance has been sent; this is how long it plays."""

    type: Literal["end"]
    utterance: str
    duration_ms: int


class Cut(TypedDict):
    """Stop at once and drop everything of the utterance; None means whatever plays or waits."""

    type: Literal["cut"]
    utterance: str | None


class Mute(TypedDict):
    """From now on silence, or no longer. What was under way is over for good."""

    type: Literal["mute"]
    muted: bool


class Live(TypedDict):
    """The show goes on air or off."""

    type: Literal["live"]
    live: bool


class Trial(TypedDict):
    """For so long the page looks as if it were on air, though no live runs: somebody tries it out."""

    type: Literal["trial"]
    for_ms: int


ToPage = State | Chat | Retract | Begin | Caption | End | Cut | Mute | Live | Trial


# --- page to server -------------------------------------------------------------------------------


class Started(TypedDict):
    """The utterance's first sample plays now."""

    type: Literal["started"]
    utterance: str


class Ended(TypedDict):
    """The utterance has played to its end; so much of it could be heard."""

    type: Literal["ended"]
    utterance: str
    played_ms: int


class CutDone(TypedDict):
    """The utterance was stopped after it had started; so much of it could be heard before."""

    type: Literal["cut_done"]
    utterance: str
    played_ms: int


ToServer = Started | Ended | CutDone
Phase = Literal["started", "ended", "cut"]


class MalformedMessage(ValueError):
    """Raised when what came over the socket is none of the messages above."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a page says of one utterance; `played_ms` is None when it says nothing of that."""

    utterance_id: UUID
    phase: Phase
    played_ms: int | None


MAX_MESSAGE = 512
MAX_PLAYED_MS = 3_600_000
_PHASES: dict[object, Phase] = {"started": "started", "ended": "ended", "cut_done": "cut"}


def encode(message: ToPage) -> str:
    """Return the text frame, all ASCII: a lone surrogate in a viewer's name travels as an escape."""
    return json.dumps(message, separators=(",", ":"))


def parse_acknowledgement(frame: str) -> Acknowledgement:
    """Read a page's text frame; raise `MalformedMessage`. A page is not trusted any more than a viewer is."""
    if len(frame) > MAX_MESSAGE:
        raise MalformedMessage("too long")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage("not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise MalformedMessage("not a message")
    phase = _PHASES.get(message["type"])
    if phase is None:
        raise MalformedMessage("unknown type")
    return Acknowledgement(_utterance(message), phase, _played_ms(message))


def _utterance(message: dict[str, object]) -> UUID:
    utterance = message.get("utterance")
    if not isinstance(utterance, str) or len(utterance) != 36:
        raise MalformedMessage("no utterance")
    try:
        return UUID(utterance)
    except ValueError as error:
        raise MalformedMessage("no utterance") from error


def _played_ms(message: dict[str, object]) -> int | None:
    played_ms = message.get("played_ms")
    if played_ms is None:
        return None
    if type(played_ms) is not int or not 0 <= played_ms <= MAX_PLAYED_MS:
        raise MalformedMessage("no duration")
    return played_ms


# --- audio ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A binary frame as values."""

    utterance_id: UUID
    sequence: int
    chunk: AudioChunk


def pack_audio(utterance_id: UUID, sequence: int, chunk: AudioChunk) -> bytes:
    """Return the binary frame; raise `MalformedMessage` for what a page could not play."""
    if not MIN_RATE_HZ <= chunk.sample_rate_hz <= MAX_RATE_HZ or len(chunk.pcm) % BYTES_PER_SAMPLE:
        raise MalformedMessage("not whole samples at a rate that browsers play")
    return HEADER.pack(VERSION, utterance_id.bytes, sequence, chunk.sample_rate_hz) + chunk.pcm


def unpack_audio(frame: bytes) -> AudioFrame:
    """Read a binary frame; raise `MalformedMessage`."""
    if len(frame) < HEADER.size or (len(frame) - HEADER.size) % BYTES_PER_SAMPLE:
        raise MalformedMessage("too short or not whole samples")
    version, utterance, sequence, rate = HEADER.unpack_from(frame)
    if version != VERSION or not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
        raise MalformedMessage("unknown version or rate")
    return AudioFrame(UUID(bytes=utterance), sequence, AudioChunk(frame[HEADER.size :], rate))
