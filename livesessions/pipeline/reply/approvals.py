"""Replies that wait for a person: what the host would say goes in, what was approved comes out of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.ports import Gate, Observer
from livesessions.pipeline.records import ReplyRecord, freeze_record, policy_fault, thaw_record
from livesessions.pipeline.selection.turn_queue import Inbox, Priority, QueuedTurn
from livesessions.sources.events import LiveEvent
from livesessions.sources.state import Frozen
from planner.stage.turn import TurnKind

HELD_AT_MOST = 5
HELD_FOR_S = 60.0
# Fixed lines and thanks are nobody's invention; these are.
ASKED_ABOUT = frozenset({TurnKind.COMMENT, TurnKind.TOPIC, TurnKind.ANNOUNCEMENT})


@dataclass(frozen=True, slots=True)
class Held:
    """A reply that nobody has decided about yet; its record was made when it began to wait."""

    item: QueuedTurn
    record: ReplyRecord


class Approvals:
    """Keeps the queue of a live. It is not touched by mute or skip; what waits too long expires."""

    def __init__(
        self, inbox: Inbox, gate: Gate, observer: Observer, *, now: Callable[[], datetime], holds: bool
    ) -> None:
        self._inbox = inbox
        self._gate = gate
        self._observer = observer
        self._now = now
        self._holds = holds
        self._held: dict[UUID, Held] = {}
        self._changed = asyncio.Event()
        inbox.on_forget = self._forget

    def set_holds(self, holds: bool) -> None:
        """Hold replies from now on, or no more; those that wait go on waiting."""
        self._holds = holds

    @property
    def is_full(self) -> bool:
        """Whether the host should make nothing more that somebody would have to look at."""
        return len(self._held) >= HELD_AT_MOST

    def asks_about(self, item: QueuedTurn) -> bool:
        """Whether the reply to an item may not be said before somebody has approved it."""
        if not self._holds or item.line or item.priority in (Priority.STREAMER, Priority.HELP):
            return False
        return item.turn.kind in ASKED_ABOUT

    def hold(self, item: QueuedTurn, record: ReplyRecord) -> None:
        """Let a reply wait from now on."""
        self._held[record.id] = Held(item, record)
        self._changed.set()

    def approve(self, reply_id: UUID, text: str) -> bool:
        """Have a reply said next, with these words if there are any; tell whether it still waited.

        Words that the gate refuses are not said; the reply goes on waiting, with the reason as its fault.
        """
        held = self._held.get(reply_id)
        if held is None or self._left_s(held.record) <= 0.0:
            return False
        record, words = held.record, " ".join(text.split()) or held.record.text
        verdict = self._gate.review(words)
        if verdict.blocked:
            record.fault = policy_fault(verdict)
            self._observer.reply_changed(record)
            return True
        self._let_go(reply_id)
        record.text, record.fault, record.outcome = words, "", Outcome.SPEAKING
        self._observer.reply_changed(record)
        self._inbox.put(replace(held.item, priority=Priority.STREAMER, line=words, approved=record, cue=None))
        return True

    def reject(self, reply_id: UUID) -> bool:
        """Drop a reply; tell whether it still waited."""
        return self._end(reply_id, Outcome.REJECTED)

    def expire_all(self) -> None:
        """Drop every reply that waits: its live is over."""
        for reply_id in list(self._held):
            self._end(reply_id, Outcome.EXPIRED)

    async def run(self) -> None:
        """Drop what nobody has decided about in time, until cancelled."""
        while True:
            self._changed.clear()
            for reply_id, held in list(self._held.items()):
                if self._left_s(held.record) <= 0.0:
                    self._end(reply_id, Outcome.EXPIRED)
            left_s = [self._left_s(held.record) for held in self._held.values()]
            try:
                async with asyncio.timeout(min(left_s, default=None)):
                    await self._changed.wait()
            except TimeoutError:
                pass

    def snapshot(self, now_s: float) -> list[Frozen]:
        """Return what waits, as plain values."""
        return [
            {"item": held.item.snapshot(now_s), "record": freeze_record(held.record)}
            for held in self._held.values()
        ]

    def restore(self, frozen: list[Frozen], now_s: float) -> None:
        """Go on with what a snapshot holds; its time runs on by the clock on the wall."""
        for each in frozen:
            item = QueuedTurn.restored(each["item"], now_s)
            record = thaw_record(each["record"], trigger=item.event, also=item.also)
            self._held[record.id] = Held(item, record)
        self._changed.set()

    def _forget(self, matches: Callable[[LiveEvent], bool]) -> None:
        """Drop the replies to what a moderator of the room has deleted."""
        for reply_id, held in list(self._held.items()):
            if held.item.event is not None and matches(held.item.event):
                self._end(reply_id, Outcome.REJECTED)

    def _left_s(self, record: ReplyRecord) -> float:
        return HELD_FOR_S - (self._now() - record.created_at).total_seconds()

    def _end(self, reply_id: UUID, outcome: Outcome) -> bool:
        held = self._let_go(reply_id)
        if held is None:
            return False
        held.record.outcome = outcome
        self._observer.reply_changed(held.record)
        return True

    def _let_go(self, reply_id: UUID) -> Held | None:
        held = self._held.pop(reply_id, None)
        self._changed.set()
        self._inbox.stirred.set()  # there is room for another
        return held
