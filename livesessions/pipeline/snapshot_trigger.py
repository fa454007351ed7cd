"""Forwards observer calls, and requests a snapshot after those that a takeover must not lose."""

import asyncio
from typing import Any

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.ports import Observer
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.selection.queue_report import QueueReport
from moderation.stage.verdict import Verdict

# Only a snapshot knows which replies are held, and what a person decided about them.
APPROVAL_OUTCOMES = frozenset({ReplyOutcome.HELD, ReplyOutcome.REJECTED, ReplyOutcome.EXPIRED})


class SnapshotTrigger:
    """An `Observer` that forwards to another one.

    It sets `urgent` when a gift arrives, when its thanks change, and when a reply is held or decided about.
    """

    def __init__(self, observer: Observer, urgent: asyncio.Event) -> None:
        self._observer = observer
        self._urgent = urgent

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        self._observer.event_happened(event, verdict)
        if event.kind is EventKind.GIFT:
            self._urgent.set()

    def reply_changed(self, record: ReplyRecord) -> None:
        self._observer.reply_changed(record)
        if record.outcome in APPROVAL_OUTCOMES:
            self._urgent.set()
        if record.trigger is not None and record.trigger.kind is EventKind.GIFT:
            self._urgent.set()

    def state_changed(self, **noted: Any) -> None:
        self._observer.state_changed(**noted)

    def game_changed(self, state: dict[str, Any]) -> None:
        self._observer.game_changed(state)

    def queue_changed(self, report: QueueReport) -> None:
        self._observer.queue_changed(report)
