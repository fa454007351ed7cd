"""Replays recorded chat: captures of webcast messages and chat logs."""

import asyncio
import json
import math
from base64 import b64decode
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from chatsources.errors import SourceError
from chatsources.events import EventKind, LiveEvent, Viewer
from chatsources.port import CONNECTED, ChatSource, SourceCounts, SourceState
from chatsources.webcast import MAX_NAME_CHARS, MAX_TEXT_CHARS, WebcastDecoder
from tenants.text import clean_text

LONGEST_GAP_S = 10.0
NAMES: dict[str, tuple[str, ...]] = {
    "it": (
        *("Giulia", "Marco", "Chiara", "Luca", "Sara", "Matteo", "Elena", "Davide", "Martina", "Simone"),
        *("Alice", "Andrea", "Noemi", "Paolo", "Irene", "Fabio", "Ilaria", "Stefano", "Anna", "Tommaso"),
    ),
    "en": (
        *("Emma", "Liam", "Olivia", "Noah", "Grace", "Jack", "Chloe", "Ryan", "Megan", "Tyler"),
        *("Hannah", "Owen", "Zoe", "Caleb", "Ruby", "Ethan", "Lily", "Adam", "Naomi", "Victor"),
    ),
    "de": (
        *("Lena", "Jonas", "Mia", "Felix", "Lea", "Paul", "Clara", "Finn", "Marie", "Lukas"),
        *("Nele", "Moritz", "Greta", "Emil", "Frieda", "Tim", "Johanna", "Niklas", "Anna", "Ben"),
    ),
}

Clock = Callable[[], datetime]
T = TypeVar("T")


def utc_now() -> datetime:
    return datetime.now(UTC)


class ReplayError(ValueError):
    """Raised for a file that is not a known kind of recording."""


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """One webcast message of a capture."""

    at: datetime
    room: str
    method: str
    payload: bytes
    msg_id: int


@dataclass(frozen=True, slots=True)
class ChatLogLine:
    """One line of a chat log, `at_s` seconds after its start."""

    at_s: float
    number: int
    user: str
    message: str


class ReplayClock:
    """Waits until a moment of the recording is due: `speed` 2 is twice as fast, 0 or infinity never waits."""

    def __init__(self, speed: float) -> None:
        self._speed = 0.0 if math.isinf(speed) else speed
        self._began_s = asyncio.get_running_loop().time()

    async def until(self, at_s: float) -> None:
        """Wait until the recording's second `at_s` is due; always yields to other tasks."""
        wait_s = 0.0
        if self._speed:
            wait_s = self._began_s + at_s / self._speed - asyncio.get_running_loop().time()
        await asyncio.sleep(max(wait_s, 0.0))


class WebcastReplaySource:
    """Replays a capture: JSONL of `{method, ts, room, msg_id, payload}`, the payload base64 protobuf.

    - All rooms of the file are merged into one live, in order of time, unless `room` selects one. The end of
      a merged room is skipped, because the live does not end with it.
    - Gaps are cut to `LONGEST_GAP_S`, because the rooms of a capture may be months apart.
    - Events have the current time.
    - The constructor reads the file (OSError if that fails); lines without a message count as broken.
    """

    def __init__(self, path: Path, *, speed: float, room: str | None = None, clock: Clock = utc_now) -> None:
        self._speed = _checked(speed)
        self._clock = clock
        self._decoder = WebcastDecoder()
        messages = _readable(path, _captured, self.counts)
        self._messages = sorted(
            (message for message in messages if room in (None, message.room)), key=attrgetter("at")
        )
        self._merged = len({message.room for message in self._messages}) > 1

    @property
    def counts(self) -> SourceCounts:
        return self._decoder.counts

    @property
    def state(self) -> SourceState:
        return CONNECTED

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        clock = ReplayClock(self._speed)
        for at_s, message in _without_long_gaps(self._messages):
            await clock.until(at_s)
            event = self._decode(message)
            if event is None:
                continue
            yield event
            if event.kind is EventKind.ENDED:
                return

    def _decode(self, message: CapturedMessage) -> LiveEvent | None:
        try:
            event = self._decoder.decode(
                message.method, message.payload, received_at=self._clock(), msg_id=message.msg_id
            )
        except SourceError:
            if self._merged:
                return None
            raise
        over = event is not None and event.kind is EventKind.ENDED
        return None if over and self._merged else event


class ChatLogReplaySource:
    """Replays a chat log: JSONL of `{t, user, message}`, `t` in seconds. Every line is a comment.

    `language` ("it" or "en") replaces each `user` by a name that can be spoken, always the same for one user.
    """

    def __init__(self, path: Path, *, speed: float, language: str = "", clock: Clock = utc_now) -> None:
        self._speed = _checked(speed)
        self._clock = clock
        self._names = NAMES.get(language, ())
        self._counts = SourceCounts()
        self._lines = sorted(_readable(path, _logged, self._counts), key=attrgetter("at_s"))

    @property
    def counts(self) -> SourceCounts:
        return self._counts

    @property
    def state(self) -> SourceState:
        return CONNECTED

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        clock = ReplayClock(self._speed)
        for line in self._lines:
            await clock.until(line.at_s)
            self._counts.received += 1
            self._counts.decoded += 1
            yield LiveEvent(
                EventKind.COMMENT,
                f"line-{line.number}",
                self._clock(),
                viewer=Viewer(id=line.user, name=self._name(line.user), handle=line.user),
                text=line.message,
            )

    def _name(self, user: str) -> str:
        if not self._names:
            return user
        digest = blake2b(user.encode(), digest_size=4).digest()
        name = self._names[digest[0] % len(self._names)]
        # Two digits can be spoken easily, and make equal names rare.
        return f"{name} {digest[1] % 100}" if digest[2] % 2 else name


def open_replay(path: Path, *, speed: float, language: str = "", clock: Clock = utc_now) -> ChatSource:
    """Return the source for a recording, recognized by its first line; raise `ReplayError` for other files.

    `language` gives the viewers of a chat log names that can be spoken.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        first = _entry(file.readline())
    if "payload" in first and "method" in first:
        return WebcastReplaySource(path, speed=speed, clock=clock)
    if "message" in first and "t" in first:
        return ChatLogReplaySource(path, speed=speed, language=language, clock=clock)
    raise ReplayError(f"{path.name} is neither a webcast capture nor a chat log")


def _checked(speed: float) -> float:
    if math.isnan(speed) or speed < 0:
        raise ReplayError("the speed of a replay must be 0 or more")
    return speed


def _readable(path: Path, read: Callable[[int, dict[str, Any]], T], counts: SourceCounts) -> Iterator[T]:
    """Yield the result of `read` for each line of a file; count lines that it cannot read as broken."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield read(number, _entry(line))
            except (LookupError, OverflowError, TypeError, ValueError):
                counts.received += 1
                counts.broken += 1


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _captured(number: int, entry: dict[str, Any]) -> CapturedMessage:
    at = datetime.fromisoformat(entry["ts"])
    return CapturedMessage(
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        room=str(entry["room"]),
        method=str(entry["method"]),
        payload=b64decode(entry["payload"], validate=True),
        msg_id=int(entry.get("msg_id", 0)),
    )


def _logged(number: int, entry: dict[str, Any]) -> ChatLogLine:
    at_s = float(entry["t"])
    if not math.isfinite(at_s):
        raise ValueError("t is not a time")
    user = clean_text(str(entry["user"]), MAX_NAME_CHARS)
    return ChatLogLine(at_s, number, user, clean_text(str(entry["message"]), MAX_TEXT_CHARS))


def _without_long_gaps(messages: list[CapturedMessage]) -> Iterator[tuple[float, CapturedMessage]]:
    at_s = 0.0
    for before, message in zip(messages[:1] + messages, messages, strict=False):
        at_s += min((message.at - before.at).total_seconds(), LONGEST_GAP_S)
        yield at_s, message
