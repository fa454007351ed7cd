"""Holds replies until a person approves or rejects them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from livesessions.pipeline.bus import EventsWithdrawn, LiveBus
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.ports import Gate, Observer
from livesessions.pipeline.records import (
    RecordState,
    ReplyRecord,
    policy_fault,
    record_from_state,
    record_to_state,
)
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Priority, QueuedTurn, QueuedTurnState
from planner.stage.turn import TurnKind

MAX_HELD = 5
HELD_FOR_S = 60.0
# Canned replies and thanks need no approval; what the planner invents does.
NEEDS_APPROVAL = frozenset({TurnKind.COMMENT, TurnKind.TOPIC, TurnKind.ANNOUNCEMENT})


class HeldReplyState(TypedDict):
    """A `HeldReply` as values that JSON can carry."""

    turn: QueuedTurnState
    record: RecordState


@dataclass(frozen=True, slots=True)
class HeldReply:
    """A reply without a decision yet; its record was created when it was held."""

    turn: QueuedTurn
    record: ReplyRecord


class Approvals:
    """The approval queue of a live. Mute and skip do not touch it; a reply that is held too long expires."""

    def __init__(
        self,
        queue: TurnQueue,
        gate: Gate,
        observer: Observer,
        *,
        bus: LiveBus,
        now: Callable[[], datetime],
        holds: bool,
    ) -> None:
        self._queue = queue
        self._gate = gate
        self._observer = observer
        self._now = now
        self._holds = holds
        self._held: dict[UUID, HeldReply] = {}
        self._changed = asyncio.Event()
        bus.subscribe(EventsWithdrawn, self._withdraw)

    def set_holds(self, holds: bool) -> None:
        """Hold replies from now on, or stop holding them; held ones stay held."""
        self._holds = holds

    @property
    def is_full(self) -> bool:
        """Whether the host should write no further reply that needs approval."""
        return len(self._held) >= MAX_HELD

    def needs_approval(self, turn: QueuedTurn) -> bool:
        """Return whether the reply to a turn may be said only after somebody has approved it."""
        if not self._holds or turn.line or turn.priority in (Priority.STREAMER, Priority.HELP):
            return False
        return turn.turn.kind in NEEDS_APPROVAL

    def hold(self, turn: QueuedTurn, record: ReplyRecord) -> None:
        """Hold a reply."""
        self._held[record.id] = HeldReply(turn, record)
        self._changed.set()

    def approve(self, reply_id: UUID, text: str) -> bool:
        """Say a held reply next, with `text` if not empty; return whether it was still held.

        Words that the gate blocks are not said: the reply stays held, with the reason as its fault.
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
        self._release(reply_id)
        record.text, record.fault, record.outcome = words, "", ReplyOutcome.SPEAKING
        self._observer.reply_changed(record)
        self._queue.put(replace(held.turn, priority=Priority.STREAMER, line=words, approved=record, cue=None))
        return True

    def reject(self, reply_id: UUID) -> bool:
        """Drop a held reply; return whether it was still held."""
        return self._end(reply_id, ReplyOutcome.REJECTED)

    def expire_all(self) -> None:
        """Drop every held reply, since the live is over."""
        for reply_id in list(self._held):
            self._end(reply_id, ReplyOutcome.EXPIRED)

    async def run(self) -> None:
        """Expire the replies without a decision in time, until cancelled."""
        while True:
            self._changed.clear()
            for reply_id, held in list(self._held.items()):
                if self._left_s(held.record) <= 0.0:
                    self._end(reply_id, ReplyOutcome.EXPIRED)
            left_s = [self._left_s(held.record) for held in self._held.values()]
            try:
                async with asyncio.timeout(min(left_s, default=None)):
                    await self._changed.wait()
            except TimeoutError:
                pass

    def to_state(self, now_s: float) -> list[HeldReplyState]:
        held_replies = self._held.values()
        return [
            {"turn": held.turn.to_state(now_s), "record": record_to_state(held.record)}
            for held in held_replies
        ]

    def restore(self, state: list[HeldReplyState], now_s: float) -> None:
        """Continue from a state; the time that is left runs by the wall clock."""
        for each in state:
            turn = QueuedTurn.from_state(each["turn"], now_s)
            record = record_from_state(each["record"], trigger=turn.event, also=turn.also)
            self._held[record.id] = HeldReply(turn, record)
        self._changed.set()

    def _withdraw(self, withdrawn: EventsWithdrawn) -> None:
        for reply_id, held in list(self._held.items()):
            if held.turn.event is not None and withdrawn.matches(held.turn.event):
                self._end(reply_id, ReplyOutcome.REJECTED)

    def _left_s(self, record: ReplyRecord) -> float:
        return HELD_FOR_S - (self._now() - record.created_at).total_seconds()

    def _end(self, reply_id: UUID, outcome: ReplyOutcome) -> bool:
        held = self._release(reply_id)
        if held is None:
            return False
        held.record.outcome = outcome
        self._observer.reply_changed(held.record)
        return True

    def _release(self, reply_id: UUID) -> HeldReply | None:
        held = self._held.pop(reply_id, None)
        self._changed.set()
        self._queue.changed.set()  # there is room for another
        return held
