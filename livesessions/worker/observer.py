"""Records what happens in a live: rows for the recorder, messages for the open consoles."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from chatsources.events import EventKind, Gift, LiveEvent
from chatsources.port import SourceState
from livesessions.console import publisher
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.selection.queue_report import QueueReport
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.recorder.rows import MAX_COUNT, MAX_DIAMONDS, EventRow
from moderation.stage.verdict import Verdict
from moderation.viewer_hashes import hash_viewer
from providers.status.metrics import REPLIES, REPLY_SECONDS, stages_of

logger = logging.getLogger(__name__)

CONSOLE_EVERY_S = 0.1
CONSOLE_BACKLOG = 100
MEASURED_REPLIES = 64  # the newest: a page reports that one was heard after it has ended
CACHED_HASHES = 1_000  # of the viewers who wrote last
TIMEOUT_S = 1.0
TIKTOK = LiveSession.Source.TIKTOK
NOT_ON_CONSOLE = frozenset({EventKind.VIEWERS, EventKind.LIKE, EventKind.JOIN})
TEXT_LENGTH = 2_000
SILENT_BELOW_DB = -70.0
NO_GIFT = Gift(id="", name="")


@dataclass(frozen=True, slots=True)
class QueuedChatLine:
    """An event of the room with its moderation verdict and the viewer's hash."""

    event: LiveEvent
    risk: str
    categories: Sequence[str] = ()
    viewer: str = ""


class ConsoleBatcher:
    """Batches the messages for the consoles of a worker's lives and sends them together, ten times a second.

    Chat lines become messages only when they are sent: in a busy chat most are dropped before.
    """

    def __init__(self) -> None:
        self._chat: dict[UUID, deque[QueuedChatLine]] = {}
        self._messages: dict[UUID, deque[publisher.Message]] = {}

    def queue_chat(
        self, session_id: UUID, event: LiveEvent, risk: str, categories: Sequence[str] = (), viewer: str = ""
    ) -> None:
        """Queue a chat line; never waits. Beyond `CONSOLE_BACKLOG` lines the oldest are dropped."""
        lines = self._chat.get(session_id)
        if lines is None:
            lines = self._chat[session_id] = deque(maxlen=CONSOLE_BACKLOG)
        lines.append(QueuedChatLine(event, risk, categories, viewer))

    def queue(self, session_id: UUID, message: publisher.Message) -> None:
        """Queue another message, apart from the chat lines; never waits."""
        self._messages.setdefault(session_id, deque(maxlen=CONSOLE_BACKLOG)).append(message)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await asyncio.sleep(CONSOLE_EVERY_S)
            chat, self._chat = self._chat, {}
            others, self._messages = self._messages, {}
            messages: dict[UUID, list[publisher.Message]] = {
                session_id: [*map(_chat_message, chat.get(session_id, ())), *others.get(session_id, ())]
                for session_id in chat.keys() | others.keys()
            }
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await publisher.publish_all(messages)
            except (RedisError, OSError):
                logger.warning("consoles unreachable: sessions=%d", len(messages))


class LiveObserver:
    """Implements the pipeline's `Observer` for one session."""

    def __init__(
        self,
        session: LiveSession,
        *,
        voice: str,
        recorder: Recorder,
        console_batcher: ConsoleBatcher,
        hash_key: str,
    ) -> None:
        self._session = session
        self._voice = voice
        self._recorder = recorder
        self._console_batcher = console_batcher
        self._hash = lru_cache(maxsize=CACHED_HASHES)(
            partial(hash_viewer, tenant_id=session.tenant_id, key=hash_key)
        )
        self._measured: deque[UUID] = deque(maxlen=MEASURED_REPLIES)
        self._owner = (session.tenant_id, session.id, session.log_month)

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        risk = verdict.risk.value if verdict else ""
        viewer = self._hash(event.viewer.id) if event.viewer else ""
        self._recorder.add_event(self._event_row(event, verdict, viewer))
        if event.kind is EventKind.DELETED:
            hashes = [self._hash(viewer_id) for viewer_id in event.target_viewer_ids]
            source_ids = [_storable(source_id, 100) for source_id in event.targets]
            self._recorder.erase_events(self._session.id, source_ids, hashes)
            self._console_batcher.queue(
                self._session.id, {"kind": "deleted", "ids": source_ids, "viewers": hashes}
            )
        if event.kind not in NOT_ON_CONSOLE:
            categories = [reason.category.value for reason in verdict.reasons] if verdict else []
            self._console_batcher.queue_chat(self._session.id, event, risk, categories, viewer)

    def reply_changed(self, record: ReplyRecord) -> None:
        self._measure(record)
        self._recorder.add_reply(self._reply_row(record))
        self._console_batcher.queue(self._session.id, _reply_message(record))

    def _measure(self, record: ReplyRecord) -> None:
        """Count a reply and its times once, when it has ended."""
        if record.outcome in (ReplyOutcome.SPEAKING, ReplyOutcome.HELD) or record.id in self._measured:
            return
        self._measured.append(record.id)
        REPLIES.labels(record.outcome.value).inc()
        times = record.times
        for stage, seconds in stages_of(times.waited_ms, times.first_sentence_ms, times.first_audio_ms):
            REPLY_SECONDS.labels(stage).observe(seconds)

    async def claim_reply(self, record: ReplyRecord) -> bool:
        """Claim a reply in the database; return False when this worker may not say it."""
        return await self._recorder.claim(self._reply_row(record))

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self._console_batcher.queue(
            self._session.id,
            {
                "kind": "counts",
                "viewers": viewers,
                "counts": {**counts, "not_written": self._recorder.not_written(self._session.id)},
                # A simulated or recorded chat has no connection.
                "connection": connection.phase.value if self._session.source == TIKTOK else "",
                "retry_in_s": connection.retry_in_s,
            },
        )

    def game_changed(self, state: dict[str, Any]) -> None:
        self._console_batcher.queue(self._session.id, {"kind": "game", "game": state})

    def queue_changed(self, report: QueueReport) -> None:
        self._console_batcher.queue(self._session.id, {"kind": "queue", "queue": report})

    def _event_row(self, event: LiveEvent, verdict: Verdict | None, viewer_hash: str) -> EventRow:
        viewer, gift = event.viewer, event.gift or NO_GIFT
        return EventRow(
            *self._owner,
            _storable(event.source_id, 100),
            event.kind.value,
            event.occurred_at,
            datetime.now(UTC),
            viewer_hash,
            _storable(viewer.name, 100) if viewer else "",
            _storable(event.text),
            min(event.count, MAX_COUNT),
            _storable(gift.id, 40),
            _storable(gift.name, 100),
            min(gift.diamonds, MAX_DIAMONDS),
            _storable(gift.streak_id, 40),
            event.streak_open,
            *_decision(verdict),
        )

    def _reply_row(self, record: ReplyRecord) -> Reply:
        trigger, times = record.trigger, record.times
        return Reply(
            id=record.id,
            tenant_id=self._session.tenant_id,
            session_id=self._session.id,
            trigger_kind=record.trigger_kind,
            trigger_source_id=trigger.source_id if trigger else "",
            also_source_ids=[_storable(event.source_id, 100) for event in record.also],
            trigger_text=_storable(trigger.text) if trigger else "",
            trigger_viewer_name=_storable(trigger.viewer.name, 100) if trigger and trigger.viewer else "",
            state=record.state,
            score=record.score,
            text=_storable(record.text),
            status=record.outcome.value,
            fault=record.fault,
            generation=record.generation,
            lease_number=self._session.lease_number,
            model=record.usage.speaker,
            voice=record.voice or self._voice,
            created_at=record.created_at,
            waited_ms=times.waited_ms,
            first_sentence_ms=times.first_sentence_ms,
            first_audio_ms=times.first_audio_ms,
            sent_ms=times.sent_ms,
            audio_ms=record.audio_ms,
            prompt_tokens=record.usage.prompt_tokens,
            completion_tokens=record.usage.completion_tokens,
            cost_usd=record.usage.cost_usd,
            characters=len(record.text),
            heard_started_at=record.heard_started_at,
            heard_ended_at=record.heard_ended_at,
            heard_level_db=record.heard_level_db,
            underruns=record.underruns,
        )


def _decision(verdict: Verdict | None) -> tuple[str, str, str]:
    """Return the columns `risk`, `action` and `reasons` (JSON) of a verdict."""
    if verdict is None:
        return "", "", "[]"
    if not verdict.reasons:
        return verdict.risk.value, verdict.action.value, "[]"
    reasons = [
        {"category": reason.category.value, "term": _storable(reason.term, 100)} for reason in verdict.reasons
    ]
    return verdict.risk.value, verdict.action.value, json.dumps(reasons)


def _storable(text: str, length: int = TEXT_LENGTH) -> str:
    """Return text without NUL and lone surrogates, which PostgreSQL cannot store."""
    text = text[:length]
    if text.isascii():
        return text.replace("\x00", "")
    return text.replace("\x00", "").encode(errors="replace").decode()


def _chat_message(line: QueuedChatLine) -> publisher.ConsoleChatMessage:
    event = line.event
    return {
        "kind": "chat",
        "id": event.source_id,
        "event": event.kind.value,
        "name": event.viewer.name if event.viewer else "",
        "text": _storable(event.text),
        "risk": line.risk,
        "gift_name": event.gift.name if event.gift else "",
        "count": event.count,
        "at": event.occurred_at.isoformat(),
        "categories": list(dict.fromkeys(line.categories)),
        "viewer": line.viewer,
        "streak": event.gift.streak_id if event.gift else "",
        "streak_open": event.streak_open,
        "diamonds": event.gift.diamonds if event.gift else 0,
    }


def hearing_of(level_db: float | None, underruns: int) -> str:
    """Return what was wrong with a reply's sound: "silent", "gaps", or empty for nothing known."""
    if level_db is not None and level_db < SILENT_BELOW_DB:
        return "silent"
    return "gaps" if underruns else ""


def _reply_message(record: ReplyRecord) -> publisher.ConsoleReplyMessage:
    trigger = record.trigger
    return {
        "kind": "reply",
        "id": str(record.id),
        "status": record.outcome.value,
        "text": record.text,
        "fault": record.fault,
        "trigger_kind": record.trigger_kind,
        "trigger_id": trigger.source_id if trigger else "",
        "trigger_name": trigger.viewer.name if trigger and trigger.viewer else "",
        "trigger_text": trigger.text if trigger else "",
        "first_audio_ms": record.times.first_audio_ms,
        "heard": record.heard_started_at is not None,
        "hearing": hearing_of(record.heard_level_db, record.underruns),
        "at": record.created_at.isoformat(),
        "source": record.usage.source,
    }
