"""What travels over the overlay's socket.

Text frames are JSON objects, told apart by `type`; the classes below are all of them. Binary frames carry the
host's voice, from the server to the page only:

    offset  size  field
         0     1  version, 2
         1    16  utterance, a UUID's bytes
        17     4  sequence number within the utterance, from 0
        21     4  sample rate in Hz
        25     4  where it starts in the utterance's audio, in microseconds
        29     4  when it was sent, in milliseconds since 1970, without what 32 bits cannot hold
        33     n  mono PCM, signed 16-bit little-endian, whole samples

Numbers of the header are unsigned and big-endian. A page that does not ask for version 2 when it connects
(`?version=2`) gets version 1: the same without the two fields before the PCM.

An utterance is what the host says in one go: `begin`, then its audio and, sentence by sentence, `caption`s,
then `end`. It may be `cut` at any time, and a page plays it only if it received its `begin`. A page first
gets the `state`; a message that it counts already may follow, so that every message can bear repeating.

A page that comes back asks for what it has missed (`&utterance=…&sequence=…`: the last utterance that it
knows, and its last frame of that). After the state it gets `resumed`, then the rest of what is still worth
playing. A page that has said `hello` also says how many audio frames have arrived (`got`), and is sent no
more than it can take: the rest follows when it has caught up.
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
MIN_RATE_HZ = 8_000  # what every browser can play lies between these two
MAX_RATE_HZ = 96_000
UINT32 = 0xFFFF_FFFF


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

    `trial_ms` is there while somebody tries the page out, and says for how long they still do. `game` and
    `tally` are there once there is something to tell, `layout` once it was changed. `release` names the
    page that the server has: an older one loads itself anew once nothing is being said.
    """

    type: Literal["state"]
    live: bool
    muted: bool
    lines: list[Line]
    caption: Spoken | None
    trial_ms: NotRequired[int]
    game: NotRequired[dict[str, Any]]
    tally: NotRequired[dict[str, int]]
    layout: NotRequired[Layout]
    release: NotRequired[str]


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


class Game(TypedDict):
    """How the game that runs stands, and who leads; its `kind` is empty while none does."""

    type: Literal["game"]
    game: dict[str, Any]


class Tally(TypedDict):
    """How many follows, gifts and the like this live has had."""

    type: Literal["tally"]
    counts: dict[str, int]


class NewLayout(TypedDict):
    """The overlay has been arranged anew."""

    type: Literal["layout"]
    layout: Layout


class Trial(TypedDict):
    """For so long the page looks as if it were on air, though no live runs: somebody tries it out."""

    type: Literal["trial"]
    for_ms: int


class Resumed(TypedDict):
    """To a page that came back: of these utterances the rest follows; whatever else it plays is over."""

    type: Literal["resumed"]
    utterances: list[str]


class Missed(TypedDict):
    """An utterance whose moment is over: it is shown, and not played."""

    type: Literal["missed"]
    utterance: str
    text: str


class Pong(TypedDict):
    """The answer to a `ping`."""

    type: Literal["pong"]


Shown = State | Chat | Retract | Game | Tally | NewLayout
ToPage = Shown | Begin | Caption | End | Cut | Mute | Live | Trial | Resumed | Missed | Pong


# --- page to server -------------------------------------------------------------------------------


class Started(TypedDict):
    """The utterance's first sample plays now."""

    type: Literal["started"]
    utterance: str


class Played(TypedDict, total=False):
    """How an utterance was heard: how much of it, how loud (RMS, dBFS), and how often the buffer ran dry."""

    utterance: str
    played_ms: int
    level_db: float
    underruns: int
    underrun_ms: int
    context: str


class Ended(Played):
    """The utterance has played to its end."""

    type: Literal["ended"]


class CutDone(Played):
    """The utterance was stopped after it had started."""

    type: Literal["cut_done"]


class Hello(TypedDict):
    """What the page is, and what it is shown in; sent again when that changes."""

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


class Sound(TypedDict):
    """Whether what the page plays can be heard."""

    type: Literal["sound"]
    state: str


class Ping(TypedDict):
    """The page is still there; every few seconds."""

    type: Literal["ping"]


class Got(TypedDict):
    """So many audio frames have arrived since the page connected."""

    type: Literal["got"]
    frames: int


ToServer = Started | Ended | CutDone | Hello | Sound | Ping | Got
Phase = Literal["started", "ended", "cut"]


class MalformedMessage(ValueError):
    """Raised when what came over the socket is none of the messages above."""


# --- audio ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A binary frame as values: besides the audio, where it starts in its utterance and when it was sent."""

    utterance_id: UUID
    sequence: int
    chunk: AudioChunk
    position_us: int = 0
    sent_ms: int = 0


def encode(message: ToPage) -> str:
    """Return the text frame, all ASCII: a lone surrogate in a viewer's name travels as an escape."""
    return json.dumps(message, separators=(",", ":"))


def pack_audio(frame: AudioFrame) -> bytes:
    """Return the binary frame; raise `MalformedMessage` for what a page could not play."""
    rate, pcm = frame.chunk.sample_rate_hz, frame.chunk.pcm
    if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ or len(pcm) % BYTES_PER_SAMPLE:
        raise MalformedMessage("not whole samples at a rate that browsers play")
    numbers = (frame.sequence, rate, frame.position_us & UINT32, frame.sent_ms & UINT32)
    return HEADER.pack(VERSION, frame.utterance_id.bytes, *numbers) + pcm


def unpack_audio(frame: bytes) -> AudioFrame:
    """Read a binary frame; raise `MalformedMessage`."""
    if len(frame) < HEADER.size or (len(frame) - HEADER.size) % BYTES_PER_SAMPLE:
        raise MalformedMessage("too short or not whole samples")
    version, utterance, sequence, rate, position_us, sent_ms = HEADER.unpack_from(frame)
    if version != VERSION or not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
        raise MalformedMessage("unknown version or rate")
    chunk = AudioChunk(frame[HEADER.size :], rate)
    return AudioFrame(UUID(bytes=utterance), sequence, chunk, position_us, sent_ms)


def without_times(frame: bytes) -> bytes:
    """Return a binary frame as version 1."""
    return b"\x01" + frame[1 : HEADER_BEFORE.size] + frame[HEADER.size :]
