"""Stores the host's last seconds in Redis, for pages that reconnect or fall behind."""

import json
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from overlay.connection.reports import ReplayPosition
from overlay.connection.wire import MalformedMessage, MissedMessage, encode, unpack_audio
from speech.stage.audio import MAX_CHUNK_S

MAX_KEPT_S = 30.0
MAX_ENTRIES = int(MAX_KEPT_S / MAX_CHUNK_S)  # a chunk is never longer, so this holds at most `MAX_KEPT_S`
LIFETIME_MS = 60_000
OVER_AFTER_S = 10.0  # seconds after its end at which an utterance is too old to be played
LEAD_S = 0.3  # a page's playback delay
STAMP = struct.Struct(">QQ")  # the time of sending in ms, and the number of the lease

Frame = str | bytes


class ReplayBuffer:
    """The last `MAX_KEPT_S` seconds of an overlay's messages, each with its time of sending."""

    def __init__(self, redis: Redis, overlay_id: UUID) -> None:
        self._redis = redis
        self._key = f"overlay:{overlay_id}:replay"

    def add(self, pipe: Pipeline, frame: Frame, lease: int) -> None:
        """Append a message of a lease, as part of a pipeline."""
        body = frame.encode() if isinstance(frame, str) else frame
        pipe.rpush(self._key, STAMP.pack(round(time.time() * 1000), lease) + body)
        pipe.ltrim(self._key, -MAX_ENTRIES, -1)
        pipe.pexpire(self._key, LIFETIME_MS)

    def clear(self, pipe: Pipeline) -> None:
        """Delete all messages, as part of a pipeline."""
        pipe.delete(self._key)

    async def read(self, admits: Callable[[int], bool]) -> "list[SentUtterance]":
        """Return the sent utterances of the leases that `admits` accepts, oldest first."""
        entries: list[Any] = await self._redis.lrange(self._key, 0, -1)
        return group_by_utterance(entry for entry in entries if admits(STAMP.unpack_from(entry)[1]))


@dataclass(slots=True)
class SentUtterance:
    """One utterance as it was sent. `text` is its first sentence, empty if it is no longer stored."""

    utterance: str
    began_s: float
    text: str = ""
    language: str = ""  # of that sentence, where it is not the show's
    duration_s: float = 0.0
    ended: bool = False
    cut: bool = False
    texts: list[str] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list)

    def is_over(self, now_s: float) -> bool:
        """Return whether the utterance is too old to be played."""
        return now_s - (self.began_s + LEAD_S + self.duration_s) > OVER_AFTER_S


@dataclass(frozen=True, slots=True)
class Resume:
    """What a page has missed: the ids of utterances that continue, and the messages in order."""

    utterances: list[str]
    messages: list[Frame]


def group_by_utterance(entries: Iterable[bytes]) -> list[SentUtterance]:
    """Group stored messages by utterance."""
    said: dict[str, SentUtterance] = {}
    for entry in entries:
        (stamp, _lease), body = STAMP.unpack_from(entry), entry[STAMP.size :]
        if body.startswith(b"{"):
            _note_text(said, stamp / 1000, body.decode())
        else:
            _note_audio(said, stamp / 1000, body)
    return list(said.values())


def _note_text(said: dict[str, SentUtterance], at_s: float, frame: str) -> None:
    message: dict[str, Any] = json.loads(frame)
    if message["type"] == "cut":
        for name in [message["utterance"]] if message["utterance"] else list(said):
            said.setdefault(name, SentUtterance(name, at_s)).cut = True
        return
    utterance = said.setdefault(message["utterance"], SentUtterance(message["utterance"], at_s))
    if message["type"] == "end":
        utterance.ended, utterance.duration_s = True, message["duration_ms"] / 1000
    elif message["type"] == "begin":
        utterance.text, utterance.language = message["text"], message.get("language", "")
        utterance.texts.insert(0, frame)
    else:
        utterance.texts.append(frame)


def _note_audio(said: dict[str, SentUtterance], at_s: float, body: bytes) -> None:
    try:
        frame = unpack_audio(body)
    except MalformedMessage:
        return  # from a worker of another release
    name = str(frame.utterance_id)
    utterance = said.setdefault(name, SentUtterance(name, at_s))
    utterance.frames.append((frame.sequence, body))
    if not utterance.ended:
        end_s = frame.position_us / 1e6 + frame.chunk.duration_s
        utterance.duration_s = max(utterance.duration_s, end_s)


def resume_after(said: Sequence[SentUtterance], position: ReplayPosition, now_s: float) -> Resume:
    """Return what a page has missed after its last position.

    Utterances that are too old are not played; only the newest of them is shown as text.
    """
    last = str(position.utterance_id)
    known = [utterance.utterance for utterance in said]
    missing = said[known.index(last) :] if last in known else said
    rest = Resume([], [])
    for utterance in missing:
        after = position.sequence if utterance.utterance == last else -1
        _add_missing(
            rest, utterance, after, now_s, is_last=utterance is said[-1], is_new=utterance.utterance != last
        )
    return rest


def _add_missing(
    rest: Resume, said: SentUtterance, after: int, now_s: float, *, is_last: bool, is_new: bool
) -> None:
    if said.cut:
        rest.messages.append(encode({"type": "cut", "utterance": said.utterance}))
    elif said.is_over(now_s):
        if is_last and is_new and said.text:
            missed: MissedMessage = {"type": "missed", "utterance": said.utterance, "text": said.text}
            if said.language:
                missed["language"] = said.language
            rest.messages.append(encode(missed))
    elif said.text or not is_new:
        rest.utterances.append(said.utterance)
        rest.messages.extend(said.texts)
        rest.messages.extend(frame for sequence, frame in said.frames if sequence > after)
        if said.ended:
            duration_ms = round(said.duration_s * 1000)
            rest.messages.append(
                encode({"type": "end", "utterance": said.utterance, "duration_ms": duration_ms})
            )
