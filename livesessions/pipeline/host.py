"""The host: takes what waits, one at a time, and answers it; falls silent the moment it is told to."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from livesessions.pipeline.generation import Cut
from livesessions.pipeline.inbox import Inbox, Priority, Waiting
from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.replying import Desk, Replying
from livesessions.sources.freezing import Frozen

REMEMBERED_REPLIES = 16  # the overlay may report on a reply after the next one has begun


class Host:
    """Speaks at most once every `cooldown_s`, start to start, and never over itself."""

    def __init__(self, desk: Desk, inbox: Inbox, *, cooldown_s: float, muted: bool = False) -> None:
        self._desk = desk
        self._inbox = inbox
        self._cooldown_s = cooldown_s
        self._muted = muted
        self._paused = False
        self._may_speak = asyncio.Event()
        self._ready_at_s = 0.0
        self._replies: OrderedDict[UUID, Replying] = OrderedDict()
        self._running: asyncio.Task[None] | None = None
        self._unheard: Waiting | None = None
        self._update()

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._may_speak.wait()
            await self._cool_down()
            item = await self._inbox.next(self._desk.now_s)
            if self._may_speak.is_set():
                await self._answer(item)
            else:
                self._inbox.put(item)

    async def _cool_down(self) -> None:
        await asyncio.sleep(max(self._ready_at_s - self._desk.now_s(), 0.0))

    async def _answer(self, item: Waiting) -> None:
        replying = Replying(self._desk, item)
        self._remember(replying)
        self._unheard = item
        self._running = asyncio.create_task(replying.run(), name=f"reply-{replying.record.id}")
        try:
            await asyncio.wait([self._running])
        finally:
            self._running.cancel()
        self._unheard = None
        if not self._running.cancelled():
            error = self._running.exception()
            if error is not None and not isinstance(error, Cut):
                raise error
        self._pace(replying)

    def _pace(self, replying: Replying) -> None:
        """A reply without a sound counts too, so that a failing provider is not asked in a circle."""
        if replying.spoke_at_s is not None:
            self._ready_at_s = replying.spoke_at_s + self._cooldown_s
        elif replying.record.outcome is Outcome.FAILED:
            self._ready_at_s = self._desk.now_s() + self._cooldown_s

    def _remember(self, replying: Replying) -> None:
        self._replies[replying.record.id] = replying
        if len(self._replies) > REMEMBERED_REPLIES:
            self._replies.popitem(last=False)

    def cut(self, outcome: Outcome) -> None:
        """End the reply that is under way, even half spoken; it ends with `outcome`."""
        self._desk.generation.cut(outcome)
        if self._running is not None:
            # Waking it up as well: a library in between may have swallowed the cancellation.
            self._running.cancel()
            self._latest.heard.set()

    def set_muted(self, muted: bool) -> None:
        """Fall silent at once, or be ready to speak again."""
        self._muted = muted
        if muted:
            self.cut(Outcome.MUTED)
        self._update()

    @property
    def muted(self) -> bool:
        return self._muted

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
        if item is not None and item.priority <= Priority.GIFT and self._latest.spoke_at_s is None:
            owed.insert(0, item.snapshot(now_s))
        return {"paused": self._paused, "owed": owed}

    def restore(self, frozen: Frozen) -> None:
        """Go on with what a snapshot holds."""
        for owed in frozen["owed"]:
            self._inbox.put(Waiting.restored(owed, self._desk.now_s()))
        self.set_paused(frozen["paused"])

    @property
    def _latest(self) -> Replying:
        return next(reversed(self._replies.values()))

    def _update(self) -> None:
        if self._muted or self._paused:
            self._may_speak.clear()
        else:
            self._may_speak.set()

    def heard(self, utterance_id: UUID, *, ended: bool) -> None:
        """Note the overlay's word that an utterance began or ended to sound; the first one counts."""
        replying = self._replies.get(utterance_id)
        if replying is None:
            return
        record = replying.record
        if ended and record.heard_ended_at is None:
            record.heard_ended_at = self._desk.now()
            replying.heard.set()
        elif not ended and record.heard_started_at is None:
            record.heard_started_at = self._desk.now()
        self._desk.observer.reply_changed(record)
