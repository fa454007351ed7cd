"""Decides what the host does next, and when: the most fitting of the queued turns and the due cues."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Any, TypedDict

from livesessions.pipeline.bus import BigGiftQueued, LiveBus, MessageShown, TurnQueued
from livesessions.pipeline.selection.cueing import CueSelector
from livesessions.pipeline.selection.no_reply_backoff import NoReplyBackoff
from livesessions.pipeline.selection.picking import AnswerPicker, AnswersState, ThanksPicker, is_big_gift
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.reply_pacer import PacerState, ReplyClass
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Hold, Priority, QueuedTurn
from planner.stage.choice.next_action import Situation, changes_in_s, decide
from planner.stage.choice.scoring import LineScore
from planner.stage.cues import CueSource, NextAction
from planner.stage.turn import RoomFacts, Turn, TurnKind

# A source that asks to be asked at once, and then has no cue, is not asked in a tight loop.
MIN_WAIT_S = 0.1
TICK_S = 0.001  # two clocks never agree exactly
# A viewer who has had all the answers they may have can be answered again some time later.
RETRY_ANSWERS_S = 5.0


class DirectorState(TypedDict):
    """What the next worker's director must know; times are wall-clock seconds."""

    pacer: PacerState
    answers: AnswersState
    last_message_s: float
    cues: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DirectorContext:
    """What the director of one live works with.

    - `now`: the wall clock; `now_s`: a monotonic clock in seconds.
    - `cues`: what the host says of its own accord, asked in this order.
    - `segment_text`: the part of the show that is on, in words for the planner.
    - `room`: what the live knows of itself, for the planner.
    - `intent_of`: what a message is about.
    - `is_approval_queue_full`: whether nobody could approve another answer now.
    """

    queue: TurnQueue
    bus: LiveBus
    rates: Rates
    now: Callable[[], datetime]
    now_s: Callable[[], float]
    is_approval_queue_full: Callable[[], bool]
    cues: Sequence[CueSource] = ()
    host_name: str = ""
    segment_text: Callable[[], str] = str
    room: Callable[[], RoomFacts] = RoomFacts
    intent_of: Callable[[Turn], str] = lambda turn: ""


class Director:
    """Selects one turn at a time, and keeps the pace.

    Whoever says the turn that `next` returned calls `began` when it begins to sound, and `ended` at its end.
    """

    def __init__(self, context: DirectorContext) -> None:
        self._context = context
        self._queue = context.queue
        self._rates = context.rates
        self._now_s = context.now_s
        self._pacer = context.rates.make_pacer()
        self._cues = CueSelector(context.cues, wall_s=self._wall_s)
        self._answers = AnswerPicker(
            context.queue, context.rates, host_name=context.host_name, wall_s=self._wall_s
        )
        self._thanks = ThanksPicker(context.queue, context.rates)
        self._backoff = NoReplyBackoff(context.intent_of)
        self._has_untried = False  # whether a message may be worth a try during the backoff
        self._thanks_in_a_row = 0
        self._last_message_s = self._now_s()
        context.bus.subscribe(TurnQueued, self._note_turn)
        context.bus.subscribe(MessageShown, self._note_message)

    def _wall_s(self) -> float:
        return self._context.now().timestamp()

    def set_rates(self, rates: Rates) -> None:
        """Apply other limits from now on; earlier replies still count."""
        self._rates = rates
        rates.apply_to(self._pacer)
        self._answers.set_rates(rates)
        self._thanks.set_rates(rates)

    # --- what comes in -------------------------------------------------------------------------------

    def _note_turn(self, queued: TurnQueued) -> None:
        turn = queued.turn
        if turn.priority is Priority.COMMENT:
            self._answers.note_message(turn)
            self._has_untried = self._has_untried or self._is_worth_trying(turn)
        if turn.priority is Priority.GIFT:
            self._answers.note_gift(turn)
            if is_big_gift(turn, self._rates):
                self._context.bus.announce(BigGiftQueued())

    def _is_worth_trying(self, turn: QueuedTurn) -> bool:
        return self._backoff.is_worth_trying(turn.turn, self._now_s())

    def _note_message(self, shown: MessageShown) -> None:
        self._last_message_s = self._now_s()
        self._pacer.message_shown(self._last_message_s)

    # --- what goes out -------------------------------------------------------------------------------

    async def next(self, may_speak: asyncio.Event) -> QueuedTurn:
        """Wait until a turn may be said while `may_speak` is set; remove it from the queue and return it."""
        while True:
            await may_speak.wait()
            self._queue.changed.clear()
            item, wait_s = self._choose()
            if item is not None:
                return item
            await self._until_changed(wait_s)

    async def _until_changed(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(None if wait_s == inf else wait_s):
                await self._queue.changed.wait()
        except TimeoutError:
            pass

    def _choose(self) -> tuple[QueuedTurn | None, float]:
        """Return the turn to say now; else None, and in how many seconds to look again."""
        self._queue.drop_stale(self._now_s())
        situation = self._situation()
        state = decide(situation)
        item = self._take(state, situation)
        if item is None and state is NextAction.ANSWER:  # no queued message may be answered any more
            self._has_untried = False
            situation = replace(situation, answers=0)
            state = decide(situation)
            item = self._take(state, situation)
        if item is not None:
            segment = self._context.segment_text() or item.turn.segment
            turn = replace(
                item.turn,
                segment=segment,
                room=self._context.room(),
                is_asked_for=item.hold is not Hold.NONE,
            )
            return replace(item, state=_action_of(item, state), turn=turn), 0.0
        return None, self._next_look_s(situation)

    def _next_look_s(self, situation: Situation) -> float:
        quiet_s = self._cues.next_in_s() + TICK_S
        waits = [max(changes_in_s(situation), TICK_S), quiet_s if quiet_s > TICK_S else MIN_WAIT_S]
        if self._queue.queued(Priority.COMMENT):
            waits.append(self._backoff.left_s(self._now_s()) or RETRY_ANSWERS_S)
        return min(waits)

    def _situation(self) -> Situation:
        now_s, queue = self._now_s(), self._queue
        gifts = queue.queued(Priority.GIFT)
        big = sum(is_big_gift(item, self._rates) for item in gifts)
        quiet_s = now_s - self._last_message_s
        cues = self._cues.refresh(quiet_s)
        answers = len(queue.queued(Priority.COMMENT))
        if self._backoff.left_s(now_s) and not self._has_untried:
            answers = 0
        if self._context.is_approval_queue_full():
            answers, cues = 0, self._cues.verbatim()
        return Situation(
            streamer_lines=len(queue.queued(Priority.STREAMER)) + len(self._wanted_next()),
            help_lines=len(queue.queued(Priority.HELP)),
            big_thanks=big,
            thanks=len(gifts) - big,
            courtesies=len(queue.queued(Priority.REST)),
            answers=answers,
            cues=cues,
            quiet_s=quiet_s,
            gap_in_s=self._wait_s(ReplyClass.GAME, now_s),
            thanks_in_s=self._wait_s(ReplyClass.THANKS, now_s),
            cue_in_s=self._wait_s(ReplyClass.REMARK, now_s),
            answer_in_s=self._wait_s(ReplyClass.ANSWER, now_s),
            thanks_in_a_row=self._thanks_in_a_row,
        )

    def _wait_s(self, reply_class: ReplyClass, now_s: float) -> float:
        return max(self._pacer.ready_at_s(reply_class, now_s) - now_s, 0.0)

    def _take(self, state: NextAction, situation: Situation) -> QueuedTurn | None:
        if self._queue.queued(Priority.STREAMER):
            return self._first(Priority.STREAMER)
        if wanted := self._wanted_next():
            self._queue.remove(wanted[:1])
            return wanted[0]
        if situation.help_lines:
            return self._first(Priority.HELP)
        if state is NextAction.ANSWER:
            return self._answers.take(self._now_s(), is_worth_trying=self._is_worth_trying)
        if state is NextAction.THANK:
            if situation.big_thanks or situation.thanks:
                return self._thanks.take()
            return self._last(Priority.REST)
        return self._cues.turn_for(state, self._now_s())

    def _wanted_next(self) -> list[QueuedTurn]:
        """Return the turns that the streamer wants next; messages only if another answer may be approved."""
        wanted = self._queue.held(Hold.NEXT)
        if self._context.is_approval_queue_full():
            return [turn for turn in wanted if turn.priority is not Priority.COMMENT]
        return wanted

    def ranked(self, limit: int) -> list[tuple[QueuedTurn, LineScore | None]]:
        """Return the queued turns in the order in which they may be said, at most `limit` of each class.

        Messages come with their scores. A turn can overtake another one until it is said.
        """
        queue = self._queue
        first = [*queue.queued(Priority.STREAMER), *queue.held(Hold.NEXT), *queue.queued(Priority.HELP)]
        gifts = sorted(queue.queued(Priority.GIFT), key=lambda item: -item.turn.diamonds)
        courtesies = list(queue.queued(Priority.REST))[-limit:]
        ordered: dict[int, tuple[QueuedTurn, LineScore | None]] = {}
        for item in [*first[:limit], *gifts[:limit]]:
            ordered.setdefault(id(item), (item, None))
        for item, found in self._answers.ranked(self._now_s(), limit):
            ordered.setdefault(id(item), (item, found))
        for item in courtesies:
            ordered.setdefault(id(item), (item, None))
        return list(ordered.values())

    def _first(self, priority: Priority) -> QueuedTurn:
        item = self._queue.queued(priority)[0]
        self._queue.remove([item])
        return item

    def _last(self, priority: Priority) -> QueuedTurn:
        item = self._queue.queued(priority)[-1]
        self._queue.remove([item])
        return item

    # --- what was said -------------------------------------------------------------------------------

    def began(self, item: QueuedTurn) -> None:
        """Record that a turn begins to sound."""
        self._pacer.reply_began(_class_of(item), self._now_s())
        self._thanks_in_a_row = self._thanks_in_a_row + 1 if item.state is NextAction.THANK else 0
        if item.priority is Priority.COMMENT and item.cue is None:
            self._answers.answered(item)
            self._backoff.found_words()
        self._cues.said(item)

    def found_nothing(self, item: QueuedTurn) -> None:
        """Record that the planner found no reply to a turn, so that nothing was said."""
        if item.cue is None and item.priority is Priority.COMMENT:
            self._backoff.found_nothing(item.turn, self._now_s())
            self._has_untried = True

    def ended(self, item: QueuedTurn, *, sounded: bool, failed: bool, cut: bool) -> None:
        """Record that a turn is over.

        A failed turn counts as said, so that a failing provider is not asked in a tight loop. So does a cue
        that led to no sound, unless it was cut: then it may come again.
        """
        now_s = self._now_s()
        if sounded:
            self._pacer.reply_ended(now_s)
        elif failed:
            self._pacer.reply_failed(now_s)
        if cut and item.cue is None and item.priority is Priority.COMMENT:
            self._answers.was_cut(item)
        if item.cue is not None and not sounded and not cut:
            self._pacer.reply_began(_class_of(item), now_s)
            self._cues.said(item)

    # --- from worker to worker -----------------------------------------------------------------------

    def to_state(self) -> DirectorState:
        shift_s = self._wall_s() - self._now_s()
        return {
            "pacer": self._pacer.to_state(shift_s),
            "answers": self._answers.to_state(),
            "last_message_s": round(self._last_message_s + shift_s, 2),
            "cues": self._cues.to_state(),
        }

    def restore(self, state: DirectorState) -> None:
        now_s = self._now_s()
        shift_s = self._wall_s() - now_s
        self._pacer.restore(state["pacer"], shift_s, now_s)
        self._answers.restore(state["answers"])
        self._last_message_s = min(state["last_message_s"] - shift_s, now_s)
        self._cues.restore(state["cues"])


def _action_of(item: QueuedTurn, state: NextAction) -> NextAction:
    """A turn that calms the chat is queued like help, and changes the topic."""
    if item.hold is Hold.NEXT:
        return NextAction.ANSWER if item.priority is Priority.COMMENT else NextAction.THANK
    return NextAction.TOPIC if item.turn.kind is TurnKind.CALM else state


def _class_of(item: QueuedTurn) -> ReplyClass:
    if item.cue is not None:
        return ReplyClass.GAME if item.state is NextAction.GAME else ReplyClass.REMARK
    if item.priority in (Priority.STREAMER, Priority.HELP):
        return ReplyClass.FREE
    return ReplyClass.ANSWER if item.priority is Priority.COMMENT else ReplyClass.THANKS
