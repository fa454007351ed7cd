"""What the host has just said, kept in Redis for pages that come back or fall behind."""

import json
import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from overlay.reports import Reached
from overlay.wire import MalformedMessage, encode, unpack_audio
from speech.stage.audio import MAX_CHUNK_S

MAX_KEPT_S = 30.0
MAX_ENTRIES = int(MAX_KEPT_S / MAX_CHUNK_S)  # no chunk is longer, so this is no more than so many seconds
LIFETIME_MS = 60_000
OVER_AFTER_S = 10.0  # what should have been heard longer ago than this has lost its moment
LEAD_S = 0.3  # what a page holds back before it plays
STAMP = struct.Struct(">Q")

Frame = str | bytes


class SaidStore:
    """The last `MAX_KEPT_S` seconds of an overlay's utterances: every message, with the time it was sent."""

    def __init__(self, redis: Redis, overlay_id: UUID) -> None:
        self._redis = redis
        self._key = f"overlay:{overlay_id}:said"

    def add(self, pipe: Pipeline, frame: Frame) -> None:
        """Have a pipeline keep a message."""
        body = frame.encode() if isinstance(frame, str) else frame
        pipe.rpush(self._key, STAMP.pack(round(time.time() * 1000)) + body)
        pipe.ltrim(self._key, -MAX_ENTRIES, -1)
        pipe.pexpire(self._key, LIFETIME_MS)

    def forget(self, pipe: Pipeline) -> None:
        """Have a pipeline forget everything."""
        pipe.delete(self._key)

    async def read(self) -> "list[Said]":
        """Return what was said, oldest first."""
        entries: list[Any] = await self._redis.lrange(self._key, 0, -1)
        return in_utterances(entries)


@dataclass(slots=True)
class Said:
    """One utterance as it was sent. `text` is its first sentence, empty when that is kept no more."""

    utterance: str
    began_s: float
    text: str = ""
    duration_s: float = 0.0
    ended: bool = False
    cut: bool = False
    texts: list[str] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list)

    def is_over(self, now_s: float) -> bool:
        """Whether its moment has passed."""
        return now_s - (self.began_s + LEAD_S + self.duration_s) > OVER_AFTER_S


@dataclass(frozen=True, slots=True)
class Resume:
    """What a page has missed: the utterances that go on, the messages in their order, what is only shown."""

    utterances: list[str]
    messages: list[Frame]


def in_utterances(entries: Iterable[bytes]) -> list[Said]:
    """Sort kept messages by utterance."""
    said: dict[str, Said] = {}
    for entry in entries:
        (stamp,), body = STAMP.unpack_from(entry), entry[STAMP.size :]
        if body.startswith(b"{"):
            _note_text(said, stamp / 1000, body.decode())
        else:
            _note_audio(said, stamp / 1000, body)
    return list(said.values())


def _note_text(said: dict[str, Said], at_s: float, frame: str) -> None:
    message: dict[str, Any] = json.loads(frame)
    if message["type"] == "cut":
        for name in [message["utterance"]] if message["utterance"] else list(said):
            said.setdefault(name, Said(name, at_s)).cut = True
        return
    utterance = said.setdefault(message["utterance"], Said(message["utterance"], at_s))
    if message["type"] == "end":
        utterance.ended, utterance.duration_s = True, message["duration_ms"] / 1000
    elif message["type"] == "begin":
        utterance.text = message["text"]
        utterance.texts.insert(0, frame)
    else:
        utterance.texts.append(frame)


def _note_audio(said: dict[str, Said], at_s: float, body: bytes) -> None:
    try:
        frame = unpack_audio(body)
    except MalformedMessage:
        return  # a worker of another release
    name = str(frame.utterance_id)
    utterance = said.setdefault(name, Said(name, at_s))
    utterance.frames.append((frame.sequence, body))
    if not utterance.ended:
        end_s = frame.position_us / 1e6 + frame.chunk.duration_s
        utterance.duration_s = max(utterance.duration_s, end_s)


def resume_after(said: Sequence[Said], reached: Reached, now_s: float) -> Resume:
    """Return what a page lacks that got so far. What is over is shown at most, the last of it alone."""
    last = str(reached.utterance_id)
    known = [utterance.utterance for utterance in said]
    missing = said[known.index(last) :] if last in known else said
    rest = Resume([], [])
    for utterance in missing:
        after = reached.sequence if utterance.utterance == last else -1
        _add_rest(
            rest, utterance, after, now_s, is_last=utterance is said[-1], is_new=utterance.utterance != last
        )
    return rest


def _add_rest(rest: Resume, said: Said, after: int, now_s: float, *, is_last: bool, is_new: bool) -> None:
    if said.cut:
        rest.messages.append(encode({"type": "cut", "utterance": said.utterance}))
    elif said.is_over(now_s):
        if is_last and is_new and said.text:
            rest.messages.append(encode({"type": "missed", "utterance": said.utterance, "text": said.text}))
    elif said.text or not is_new:
        rest.utterances.append(said.utterance)
        rest.messages.extend(said.texts)
        rest.messages.extend(frame for sequence, frame in said.frames if sequence > after)
        if said.ended:
            duration_ms = round(said.duration_s * 1000)
            rest.messages.append(
                encode({"type": "end", "utterance": said.utterance, "duration_ms": duration_ms})
            )
