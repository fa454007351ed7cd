"""Takes a live's notes: rows for the recorder, messages for the consoles."""

import asyncio
import hashlib
import logging
from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

from livesessions import console
from livesessions.models import ChatEvent, LiveSession, Reply
from livesessions.pipeline.records import ReplyRecord
from livesessions.recorder import Recorder
from livesessions.sources.events import EventKind, LiveEvent, Viewer
from livesessions.sources.port import SourceState
from moderation.stage.verdict import Verdict

logger = logging.getLogger(__name__)

CONSOLE_EVERY_S = 0.1
CONSOLE_BACKLOG = 100
NOT_ON_CONSOLE = frozenset({EventKind.VIEWERS, EventKind.LIKE, EventKind.JOIN})
TEXT_LENGTH = 2_000


class ConsoleBoard:
    """Gathers what the consoles of a worker's lives should see and sends it ten times a second."""

    def __init__(self) -> None:
        self._messages: dict[UUID, list[console.Message]] = defaultdict(list)

    def pin(self, session_id: UUID, message: console.Message) -> None:
        """Queue a message; never waits. In a burst the oldest chat lines are not shown."""
        waiting = self._messages[session_id]
        waiting.append(message)
        if len(waiting) > CONSOLE_BACKLOG:
            del waiting[0]

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await asyncio.sleep(CONSOLE_EVERY_S)
            waiting, self._messages = self._messages, defaultdict(list)
            for session_id, messages in waiting.items():
                try:
                    await console.publish(session_id, messages)
                except ConnectionError:
                    logger.warning("console unreachable: session=%s messages=%d", session_id, len(messages))


class LiveObserver:
    """The pipeline's `Observer` for one session."""

    def __init__(
        self, session: LiveSession, *, voice: str, recorder: Recorder, board: ConsoleBoard, hash_key: str
    ) -> None:
        self._session = session
        self._voice = voice
        self._recorder = recorder
        self._board = board
        self._hash_key = hash_key.encode()[:64]
        self._salt = session.tenant_id.bytes

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        risk = verdict.risk.value if verdict else ""
        self._recorder.add_event(self._event_row(event, risk))
        if event.kind is EventKind.DELETED:
            self._recorder.forget_events(self._session.id, list(event.targets))
        if event.kind not in NOT_ON_CONSOLE:
            self._board.pin(self._session.id, _chat_message(event, risk))

    def reply_changed(self, record: ReplyRecord) -> None:
        self._recorder.add_reply(self._reply_row(record))
        self._board.pin(self._session.id, _reply_message(record))

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self._board.pin(
            self._session.id,
            {
                "kind": "counts",
                "viewers": viewers,
                "counts": {**counts, "not_written": self._recorder.lost},
                "connection": connection.phase.value,
                "retry_in_s": connection.retry_in_s,
            },
        )

    def _event_row(self, event: LiveEvent, risk: str) -> ChatEvent:
        row = ChatEvent(
            tenant_id=self._session.tenant_id,
            session_id=self._session.id,
            source_id=event.source_id,
            kind=event.kind.value,
            occurred_at=event.occurred_at,
            received_at=datetime.now(UTC),
            text=_storable(event.text),
            count=event.count,
            risk=risk,
            streak_open=event.streak_open,
        )
        if event.viewer:
            row.viewer_hash = self._hash(event.viewer)
            row.viewer_name = _storable(event.viewer.name)[:100]
        if event.gift:
            row.gift_id, row.gift_name = event.gift.id[:40], _storable(event.gift.name)[:100]
            row.diamonds, row.streak_id = event.gift.diamonds, event.gift.streak_id[:40]
        return row

    def _hash(self, viewer: Viewer) -> str:
        """A viewer has one hash in all lives of a tenant, and another in every other tenant."""
        return hashlib.blake2b(
            viewer.id.encode(), digest_size=16, key=self._hash_key, salt=self._salt
        ).hexdigest()

    def _reply_row(self, record: ReplyRecord) -> Reply:
        trigger, times = record.trigger, record.times
        return Reply(
            id=record.id,
            tenant_id=self._session.tenant_id,
            session_id=self._session.id,
            trigger_kind=record.trigger_kind,
            trigger_source_id=trigger.source_id if trigger else "",
            trigger_text=_storable(trigger.text) if trigger else "",
            trigger_viewer_name=_storable(trigger.viewer.name)[:100] if trigger and trigger.viewer else "",
            text=_storable(record.text),
            status=record.outcome.value,
            fault=record.fault,
            generation=record.generation,
            model=record.usage.model,
            voice=self._voice,
            created_at=record.created_at,
            waited_ms=times.waited_ms,
            first_sentence_ms=times.first_sentence_ms,
            first_audio_ms=times.first_audio_ms,
            sent_ms=times.sent_ms,
            audio_ms=record.audio_ms,
            prompt_tokens=record.usage.prompt_tokens,
            completion_tokens=record.usage.completion_tokens,
            characters=len(record.text),
            heard_started_at=record.heard_started_at,
            heard_ended_at=record.heard_ended_at,
        )


def _storable(text: str) -> str:
    """PostgreSQL stores every character but NUL and lone surrogates."""
    return text[:TEXT_LENGTH].replace("\x00", "").encode(errors="replace").decode()


def _chat_message(event: LiveEvent, risk: str) -> console.ChatMessage:
    return {
        "kind": "chat",
        "id": event.source_id,
        "event": event.kind.value,
        "name": event.viewer.name if event.viewer else "",
        "text": _storable(event.text),
        "risk": risk,
        "gift_name": event.gift.name if event.gift else "",
        "count": event.count,
        "at": event.occurred_at.isoformat(),
    }


def _reply_message(record: ReplyRecord) -> console.ReplyMessage:
    trigger = record.trigger
    return {
        "kind": "reply",
        "id": str(record.id),
        "status": record.outcome.value,
        "text": record.text,
        "fault": record.fault,
        "trigger_kind": record.trigger_kind,
        "trigger_name": trigger.viewer.name if trigger and trigger.viewer else "",
        "trigger_text": trigger.text if trigger else "",
        "first_audio_ms": record.times.first_audio_ms,
        "heard": record.heard_started_at is not None,
        "at": record.created_at.isoformat(),
    }
