"""Parses and validates the reports of pages, which are untrusted input."""

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from overlay.connection.wire import VERSION, MalformedMessage, Phase

MAX_MESSAGE = 1_024
MAX_PLAYED_MS = 3_600_000
MAX_UNDERRUNS = 100_000
MAX_FRAMES = 2**31
MAX_SEQUENCE = 2**32 - 1
MAX_SIDE = 16_384
MAX_PIXEL_RATIO = 16.0
LOWEST_LEVEL_DB = -120.0
HIGHEST_LEVEL_DB = 20.0
VERSION_NAME = re.compile(r"[\w.+-]{0,30}", re.ASCII)
PHASES: dict[object, Phase] = {"started": "started", "ended": "ended", "cut_done": "cut"}


class Software(StrEnum):
    """The program that shows a page."""

    OBS = "obs"
    STREAMLABS = "streamlabs"
    TIKTOK = "tiktok"
    BROWSER = "browser"


class SoundState(StrEnum):
    """Whether a page's sound works.

    `blocked`: the browser refuses it; `stalled`: the audio clock stands still; `silent`: no signal leaves the
    page.
    """

    OK = "ok"
    BLOCKED = "blocked"
    STALLED = "stalled"
    SILENT = "silent"


class AudioMode(StrEnum):
    """How a page plays audio."""

    WORKLET = "worklet"
    BUFFERS = "buffers"


CONTEXTS = frozenset({"", "running", "suspended", "interrupted", "closed"})


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A page's report on one utterance; a missing figure is None.

    `level_db` is the loudness that left the page in dBFS; `underruns` and `underrun_ms` are the number and
    total length of gaps in the audio.
    """

    utterance_id: UUID
    phase: Phase
    played_ms: int | None = None
    level_db: float | None = None
    underruns: int | None = None
    underrun_ms: int | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class PageDescription:
    """What a page is, and the program that shows it."""

    page: int
    software: str
    version: str
    width: int
    height: int
    pixel_ratio: float
    audio: str
    visible: bool
    active: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SoundReport:
    """A page's `SoundState`."""

    state: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A report without content: the page is still open."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A report that the page has stopped all audio and gone off air."""


@dataclass(frozen=True, slots=True)
class FramesReceived:
    """The number of audio frames received since the page connected."""

    frames: int


Report = Acknowledgement | PageDescription | SoundReport | Heartbeat | Silenced | FramesReceived


@dataclass(frozen=True, slots=True)
class ReplayPosition:
    """A page's last known utterance, and the last received frame of it (-1 for none)."""

    utterance_id: UUID | None
    sequence: int


@dataclass(frozen=True, slots=True)
class ConnectQuery:
    """A page's connection parameters; `position` is None on the first connection."""

    version: int
    position: ReplayPosition | None


def parse_connect_query(query: bytes) -> ConnectQuery:
    """Parse the query of a socket's URL; invalid parameters are ignored."""
    try:
        fields = parse_qs(query.decode("latin-1"), max_num_fields=8)
    except ValueError:
        return ConnectQuery(1, None)
    asked = {name: values[0] for name, values in fields.items()}
    version = VERSION if asked.get("version") == str(VERSION) else 1
    if "sequence" not in asked:
        return ConnectQuery(version, None)
    try:
        utterance_id = UUID(asked["utterance"]) if "utterance" in asked else None
        sequence = int(asked["sequence"])
    except ValueError:
        return ConnectQuery(version, None)
    if not -1 <= sequence <= MAX_SEQUENCE:
        return ConnectQuery(version, None)
    return ConnectQuery(version, ReplayPosition(utterance_id, sequence))


def parse_report(frame: str) -> Report:
    """Read a page's text frame; raise `MalformedMessage`."""
    if len(frame) > MAX_MESSAGE:
        raise MalformedMessage("too long")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage("not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise MalformedMessage("not a message")
    match message["type"]:
        case "started" | "ended" | "cut_done":
            return _acknowledgement(message)
        case "got":
            return FramesReceived(_whole(message, "frames", 0, MAX_FRAMES))
        case "ping":
            return Heartbeat()
        case "silenced":
            return Silenced()
        case "sound":
            return SoundReport(_one_of(message, "state", SoundState))
        case "hello":
            return _page_description(message)
    raise MalformedMessage("unknown type")


def _acknowledgement(message: dict[str, object]) -> Acknowledgement:
    context = message.get("context", "")
    return Acknowledgement(
        _utterance(message),
        PHASES[message["type"]],
        played_ms=_whole_if_any(message, "played_ms", MAX_PLAYED_MS),
        level_db=_level_db(message),
        underruns=_whole_if_any(message, "underruns", MAX_UNDERRUNS),
        underrun_ms=_whole_if_any(message, "underrun_ms", MAX_PLAYED_MS),
        context=context if isinstance(context, str) and context in CONTEXTS else "",
    )


def _page_description(message: dict[str, object]) -> PageDescription:
    version = message.get("version")
    if not isinstance(version, str) or not VERSION_NAME.fullmatch(version):
        raise MalformedMessage("no version")
    return PageDescription(
        page=_whole(message, "page", 0, 1_000_000),
        software=_one_of(message, "software", Software),
        version=version,
        width=_whole(message, "width", 0, MAX_SIDE),
        height=_whole(message, "height", 0, MAX_SIDE),
        pixel_ratio=_number(message, "pixel_ratio", 0.0, MAX_PIXEL_RATIO),
        audio=_one_of(message, "audio", AudioMode),
        visible=_flag(message, "visible"),
        active=_flag(message, "active"),
    )


def _utterance(message: dict[str, object]) -> UUID:
    utterance = message.get("utterance")
    if not isinstance(utterance, str) or len(utterance) != 36:
        raise MalformedMessage("no utterance")
    try:
        return UUID(utterance)
    except ValueError as error:
        raise MalformedMessage("no utterance") from error


def _level_db(message: dict[str, object]) -> float | None:
    if message.get("level_db") is None:
        return None
    return _number(message, "level_db", LOWEST_LEVEL_DB, HIGHEST_LEVEL_DB)


def _whole_if_any(message: dict[str, object], name: str, highest: int) -> int | None:
    return None if message.get(name) is None else _whole(message, name, 0, highest)


def _whole(message: dict[str, object], name: str, lowest: int, highest: int) -> int:
    number = message.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
        raise MalformedMessage(f"no {name}")
    return number


def _number(message: dict[str, object], name: str, lowest: float, highest: float) -> float:
    number = message.get(name)
    if not isinstance(number, int | float) or isinstance(number, bool) or not lowest <= number <= highest:
        raise MalformedMessage(f"no {name}")
    return float(number)


def _one_of(message: dict[str, object], name: str, choices: type[StrEnum]) -> str:
    word = message.get(name)
    if not isinstance(word, str) or word not in {choice.value for choice in choices}:
        raise MalformedMessage(f"no {name}")
    return word


def _flag(message: dict[str, object], name: str) -> bool:
    flag = message.get(name)
    if not isinstance(flag, bool):
        raise MalformedMessage(f"no {name}")
    return flag
