"""The host: says what the director gives it, one thing at a time; falls silent the moment it is told to."""

import asyncio
from collections import OrderedDict
from dataclasses import replace
from uuid import UUID

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.reply.approvals import Approvals
from livesessions.pipeline.reply.generation import Cut
from livesessions.pipeline.reply.judging import WatchedGate
from livesessions.pipeline.reply.replying import Desk, ReplyRunner
from livesessions.pipeline.selection.director import Director
from livesessions.pipeline.selection.turn_queue import OWED, Inbox, QueuedTurn
from livesessions.sources.state import Frozen

REMEMBERED_REPLIES = 16  # the overlay may report on a reply after the next one has begun


class Host:
    """Speaks whenever it may and the director knows what to say, and never over itself."""

    def __init__(
        self, desk: Desk, inbox: Inbox, director: Director, approvals: Approvals, *, muted: bool = False
    ) -> None:
        self._desk = desk
        self._inbox = inbox
        self._director = director
        self._approvals = approvals
        self._muted = muted
        self._paused = False
        self._may_speak = asyncio.Event()
        self._replies: OrderedDict[UUID, ReplyRunner] = OrderedDict()
        self._running: asyncio.Task[None] | None = None
        self._unheard: QueuedTurn | None = None
        director.on_big_gift = self.give_way
        director.is_waiting_for_approvals = lambda: approvals.is_full
        self._update()

    async def run(self) -> None:
        """Speak until cancelled."""
        while True:
            await self._say(await self._director.next(self._may_speak))

    async def _say(self, item: QueuedTurn) -> None:
        replying = ReplyRunner(
            self._desk,
            item,
            on_begun=lambda: self._director.began(item),
            is_draft=self._approvals.asks_about(item),
        )
        self._remember(replying)
        self._unheard = item
        self._running = asyncio.create_task(replying.run(), name=f"reply-{replying.record.id}")
        try:
            await asyncio.wait([self._running])
        finally:
            self._running.cancel()
        self._unheard = None
        error = None if self._running.cancelled() else self._running.exception()
        if error is not None and not isinstance(error, Cut):
            raise error
        if error is None and replying.record.outcome is Outcome.SPEAKING and not self._running.cancelled():
            self._director.found_nothing(item)
        is_held = replying.record.outcome is Outcome.HELD
        if is_held:
            self._approvals.hold(item, replying.record)
            self._director.began(item)  # it counts as said, or the viewer would be answered again
        self._director.ended(
            item,
            sounded=replying.has_begun or is_held,
            failed=replying.record.outcome is Outcome.FAILED,
            cut=error is not None or self._running.cancelled(),
        )

    def _remember(self, replying: ReplyRunner) -> None:
        self._replies[replying.record.id] = replying
        if len(self._replies) > REMEMBERED_REPLIES:
            self._replies.popitem(last=False)

    def cut(self, outcome: Outcome) -> None:
        """End the reply that is under way, even half spoken; it ends with `outcome`."""
        self._desk.generation.cut(outcome)
        if self._running is not None:
            # Waking it up as well: a library in between may have swallowed the cancellation.
            self._running.cancel()
            self._latest.hearing.end()

    def give_way(self) -> None:
        """Let the reply that is under way, if any, end with its sentence."""
        if self._unheard is not None:
            self._latest.give_way()

    def set_muted(self, muted: bool) -> None:
        """Fall silent at once, or be ready to speak again."""
        self._muted = muted
        if muted:
            self.cut(Outcome.MUTED)
        self._update()

    @property
    def muted(self) -> bool:
        return self._muted

    def set_model_gate(self, model_gate: WatchedGate | None) -> None:
        """Have another model, or none, judge from the next reply on."""
        self._desk = replace(self._desk, model_gate=model_gate)

    def set_paused(self, paused: bool) -> None:
        """Wait while the live itself is paused."""
        self._paused = paused
        self._update()

    def snapshot(self) -> Frozen:
        """Return what the next worker's host must know, as plain values.

        What is being answered counts as waiting until its first sound has gone out.
        """
        now_s, owed = self._desk.now_s(), self._inbox.snapshot(self._desk.now_s())
        item = self._unheard
        if item is not None and item.priority in OWED and not self._latest.has_begun:
            owed[:0] = [part.snapshot(now_s) for part in item.gathered or (item,)]
        return {"paused": self._paused, "owed": owed, "held": self._approvals.snapshot(now_s)}

    def restore(self, frozen: Frozen) -> None:
        """Go on with what a snapshot holds."""
        for owed in frozen["owed"]:
            self._inbox.put(QueuedTurn.restored(owed, self._desk.now_s()))
        self._approvals.restore(frozen.get("held", []), self._desk.now_s())
        self.set_paused(frozen["paused"])

    @property
    def _latest(self) -> ReplyRunner:
        return next(reversed(self._replies.values()))

    def _update(self) -> None:
        if self._muted or self._paused:
            self._may_speak.clear()
        else:
            self._may_speak.set()

    def report_playback(
        self,
        utterance_id: UUID,
        *,
        ended: bool,
        level_db: float | None = None,
        underruns: int | None = None,
    ) -> None:
        """Record a page's report that an utterance began or ended to sound; the first one counts."""
        replying = self._replies.get(utterance_id)
        if replying is None:
            return
        record = replying.record
        record.note_hearing(level_db, underruns)
        if ended and record.heard_ended_at is None:
            record.heard_ended_at = self._desk.now()
            replying.hearing.end()
        elif not ended and record.heard_started_at is None:
            record.heard_started_at = self._desk.now()
            replying.hearing.begin()
        self._desk.observer.reply_changed(record)
