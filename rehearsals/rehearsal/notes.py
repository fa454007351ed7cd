"""What happened in a rehearsal, written down: notes go in while it runs, a report is made of them after."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from livesessions.pipeline.records import ReplyRecord
from livesessions.sources.events import LiveEvent
from livesessions.sources.port import SourceState
from moderation.stage.verdict import Verdict
from speech.stage.audio import AudioChunk

PLAYS_AFTER_S = 0.3  # what the overlay holds back before it plays


@dataclass(frozen=True, slots=True)
class NotedEvent:
    """Something that happened, `at_s` seconds into the rehearsal, and what the gate said of it."""

    at_s: float
    event: LiveEvent
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class NotedReply:
    """A reply as it was left. `at_s` is when the host first told of it."""

    at_s: float
    record: ReplyRecord


@dataclass(slots=True)
class Sound:
    """What the room heard of one reply: from when to when, in seconds into the rehearsal."""

    begins_at_s: float
    ends_at_s: float
    captions: list[tuple[float, str]] = field(default_factory=list)


@dataclass(slots=True)
class Notes:
    """A whole rehearsal."""

    events: list[NotedEvent] = field(default_factory=list)
    replies: dict[UUID, NotedReply] = field(default_factory=dict)
    sounds: dict[UUID, Sound] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    shown: int = 0
    lasted_s: float = 0.0
    took_s: float = 0.0


class RecordingObserver:
    """The pipeline's `Observer` for a rehearsal. `now_s` tells the seconds since its beginning."""

    def __init__(self, notes: Notes, now_s: Callable[[], float]) -> None:
        self._notes = notes
        self._now_s = now_s

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        self._notes.events.append(NotedEvent(self._now_s(), event, verdict))

    def reply_changed(self, record: ReplyRecord) -> None:
        before = self._notes.replies.get(record.id)
        at_s = before.at_s if before else self._now_s()
        self._notes.replies[record.id] = NotedReply(at_s, replace(record))

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self._notes.counts = counts

    def game_changed(self, state: dict[str, Any]) -> None:
        """What a game has said is among the replies."""


class RehearsalOverlay:
    """Both ways out and the ears behind them: plays nothing, and tells when it would have been heard.

    `on_heard(utterance_id, ended)` is called when an utterance would begin, and when it would end to sound.
    """

    def __init__(self, notes: Notes, now_s: Callable[[], float]) -> None:
        self.on_heard: Callable[[UUID, bool], None] = lambda utterance_id, ended: None
        self._notes = notes
        self._now_s = now_s
        self._captions: dict[UUID, str] = {}
        self._due: dict[UUID, list[asyncio.TimerHandle]] = {}

    async def begin(self, utterance_id: UUID, text: str) -> None:
        self._captions[utterance_id] = text

    async def caption(self, utterance_id: UUID, text: str, at_ms: int) -> None:
        sound = self._notes.sounds[utterance_id]
        sound.captions.append((sound.begins_at_s + at_ms / 1000, text))

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        sound = self._notes.sounds.get(utterance_id)
        if sound is None:
            begins_at_s = self._now_s() + PLAYS_AFTER_S
            sound = self._notes.sounds[utterance_id] = Sound(begins_at_s, begins_at_s)
            sound.captions.append((begins_at_s, self._captions.pop(utterance_id, "")))
            self._tell_at(utterance_id, begins_at_s, ended=False)
        sound.ends_at_s = max(sound.ends_at_s, self._now_s()) + chunk.duration_s

    async def show_text(self, utterance_id: UUID, text: str) -> None:
        """The voice of a rehearsal does not fail."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        self._tell_at(utterance_id, self._notes.sounds[utterance_id].ends_at_s, ended=True)

    async def cut(self, utterance_id: UUID | None) -> None:
        for cut_id in [utterance_id] if utterance_id else list(self._due):
            for handle in self._due.pop(cut_id, ()):
                handle.cancel()
            sound = self._notes.sounds.get(cut_id)
            if sound is not None:
                sound.ends_at_s = max(min(sound.ends_at_s, self._now_s()), sound.begins_at_s)

    async def set_muted(self, muted: bool) -> None:
        """Nobody mutes a rehearsal."""

    async def set_live(self, live: bool) -> None:
        """It is never on air."""

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        self._notes.shown += 1

    async def retract(self, ids: list[str]) -> None:
        """What was shown has been counted."""

    async def game(self, state: dict[str, Any]) -> None:
        """The report tells of games by what was said."""

    async def tally(self, counts: dict[str, int]) -> None:
        """Nobody has a goal for a rehearsal."""

    def _tell_at(self, utterance_id: UUID, at_s: float, *, ended: bool) -> None:
        def tell() -> None:
            if ended:
                self._due.pop(utterance_id, None)
            self.on_heard(utterance_id, ended)

        delay_s = max(at_s - self._now_s(), 0.0)
        handle = asyncio.get_running_loop().call_later(delay_s, tell)
        self._due.setdefault(utterance_id, []).append(handle)
