"""Says what the director selects, one turn at a time; can be cut and muted at any moment."""

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import NotRequired, TypedDict
from uuid import UUID

from livesessions.pipeline.bus import BigGiftQueued
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.reply.approvals import Approvals, HeldReplyState
from livesessions.pipeline.reply.generation import ReplyCut
from livesessions.pipeline.reply.runner import ReplyContext, ReplyRunner
from livesessions.pipeline.selection.director import Director
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import OWED, QueuedTurn, QueuedTurnState
from moderation.stage.guarded_gate import GuardedModelGate

MAX_REMEMBERED_REPLIES = 16  # a page may report on a reply after the next one has begun


class HostState(TypedDict):
    """What the next worker's host must know: the owed turns, and the replies held for approval."""

    paused: bool
    owed: list[QueuedTurnState]
    held: list[HeldReplyState]
    paused_by_streamer: NotRequired[bool]  # older workers save none


class Host:
    """Speaks whenever it may and the director has a turn, and never two replies at once."""

    def __init__(
        self,
        context: ReplyContext,
        queue: TurnQueue,
        director: Director,
        approvals: Approvals,
        *,
        muted: bool = False,
    ) -> None:
        self._context = context
        self._queue = queue
        self._director = director
        self._approvals = approvals
        self._muted = muted
        self._paused = False
        self._paused_by_streamer = False
        self._may_speak = asyncio.Event()
        self._replies: OrderedDict[UUID, ReplyRunner] = OrderedDict()
        self._running: asyncio.Task[None] | None = None
        self._current: QueuedTurn | None = None
        context.bus.subscribe(BigGiftQueued, lambda _: self.give_way())
        self._update()

    async def run(self) -> None:
        """Speak until cancelled."""
        while True:
            await self._say(await self._director.next(self._may_speak))

    async def _say(self, turn: QueuedTurn) -> None:
        reply = ReplyRunner(
            self._context,
            turn,
            on_begun=lambda: self._director.began(turn),
            is_draft=self._approvals.needs_approval(turn),
        )
        self._remember(reply)
        self._current = turn
        self._running = asyncio.create_task(reply.run(), name=f"reply-{reply.record.id}")
        try:
            await asyncio.wait([self._running])
        finally:
            self._running.cancel()
        self._current = None
        self._settle(turn, reply, self._running)

    def _settle(self, turn: QueuedTurn, reply: ReplyRunner, task: "asyncio.Task[None]") -> None:
        """Tell the director how a reply ended; raise the error of one that is broken."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ReplyCut):
            raise error
        is_cut = task.cancelled() or error is not None
        outcome = reply.record.outcome
        if outcome is ReplyOutcome.SPEAKING and not is_cut:
            self._director.found_nothing(turn)
        if outcome is ReplyOutcome.HELD:
            self._approvals.hold(turn, reply.record)
            self._director.began(turn)  # it counts as said, or the viewer would be answered again
        self._director.ended(
            turn,
            sounded=reply.has_begun or outcome is ReplyOutcome.HELD,
            failed=outcome is ReplyOutcome.FAILED,
            cut=is_cut,
        )

    def _remember(self, reply: ReplyRunner) -> None:
        self._replies[reply.record.id] = reply
        if len(self._replies) > MAX_REMEMBERED_REPLIES:
            self._replies.popitem(last=False)

    # --- commands ------------------------------------------------------------------------------------

    def cut(self, outcome: ReplyOutcome) -> None:
        """End the running reply, even half spoken, with `outcome`."""
        self._context.generation.cut(outcome)
        if self._running is not None:
            # Wakes it up as well: a library in between may have swallowed the cancellation.
            self._running.cancel()
            self._latest.playback.report_ended()

    def give_way(self) -> None:
        """Let the running reply, if any, end with its sentence."""
        if self._current is not None:
            self._latest.give_way()

    def set_muted(self, muted: bool) -> None:
        """Fall silent at once, or be ready to speak again."""
        self._muted = muted
        if muted:
            self.cut(ReplyOutcome.MUTED)
        self._update()

    @property
    def muted(self) -> bool:
        return self._muted

    def set_model_gate(self, model_gate: GuardedModelGate | None) -> None:
        """Use another moderation model, or none, from the next reply on."""
        self._context = replace(self._context, model_gate=model_gate)

    def set_paused(self, paused: bool) -> None:
        """Say nothing while the live itself is paused."""
        self._paused = paused
        self._update()

    def set_paused_by_streamer(self, paused: bool) -> None:
        """Say nothing new from now on, or go on; the running reply is said to its end."""
        self._paused_by_streamer = paused
        self._update()

    @property
    def paused_by_streamer(self) -> bool:
        return self._paused_by_streamer

    def report_playback(
        self,
        utterance_id: UUID,
        *,
        ended: bool,
        level_db: float | None = None,
        underruns: int | None = None,
    ) -> None:
        """Record a page's report that an utterance began or ended to sound; the first one counts."""
        reply = self._replies.get(utterance_id)
        if reply is None:
            return
        record = reply.record
        record.add_page_figures(level_db, underruns)
        if ended and record.heard_ended_at is None:
            record.heard_ended_at = self._context.now()
            reply.playback.report_ended()
        elif not ended and record.heard_started_at is None:
            record.heard_started_at = self._context.now()
            reply.playback.report_started()
        self._context.observer.reply_changed(record)

    @property
    def _latest(self) -> ReplyRunner:
        return next(reversed(self._replies.values()))

    def _update(self) -> None:
        if self._muted or self._paused or self._paused_by_streamer:
            self._may_speak.clear()
        else:
            self._may_speak.set()

    # --- from worker to worker -----------------------------------------------------------------------

    def to_state(self) -> HostState:
        """Return the state. A turn that is being answered counts as queued until its first sound."""
        now_s = self._context.now_s()
        owed = self._queue.to_state(now_s)
        turn = self._current
        if turn is not None and turn.priority in OWED and not self._latest.has_begun:
            owed[:0] = [part.to_state(now_s) for part in turn.gathered or (turn,)]
        return {
            "paused": self._paused,
            "owed": owed,
            "held": self._approvals.to_state(now_s),
            "paused_by_streamer": self._paused_by_streamer,
        }

    def restore(self, state: HostState) -> None:
        now_s = self._context.now_s()
        for owed in state["owed"]:
            self._queue.put(QueuedTurn.from_state(owed, now_s))
        self._approvals.restore(state["held"], now_s)
        self.set_paused(state["paused"])
        self.set_paused_by_streamer(state.get("paused_by_streamer", False))
