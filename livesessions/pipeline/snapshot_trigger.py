"""Notes pass through here on their way; those that must not be lost with a worker ring a bell."""

import asyncio
from typing import Any

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.ports import Observer
from livesessions.pipeline.records import ReplyRecord
from livesessions.sources.events import EventKind, LiveEvent
from moderation.stage.verdict import Verdict

# What only a snapshot knows: that a person is asked, and what the person has said.
ASKED = frozenset({Outcome.HELD, Outcome.REJECTED, Outcome.EXPIRED})


class SnapshotTrigger:
    """An `Observer` before another; sets `urgent` when a gift came in or its thanks began to sound.

    And when a reply begins or ceases to wait for somebody's approval.
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
        if record.outcome in ASKED:
            self._urgent.set()
        if record.trigger is not None and record.trigger.kind is EventKind.GIFT:
            self._urgent.set()

    def state_changed(self, **noted: Any) -> None:
        self._observer.state_changed(**noted)

    def game_changed(self, state: dict[str, Any]) -> None:
        self._observer.game_changed(state)
