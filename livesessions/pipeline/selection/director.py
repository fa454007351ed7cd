"""Says what the host does next: what waits and what is due go in, one thing to say comes out at its time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf

from livesessions.pipeline.selection.cueing import CueSelector
from livesessions.pipeline.selection.no_reply_backoff import NoReplyBackoff
from livesessions.pipeline.selection.picking import AnswerPicker, ThanksPicker, is_big_gift
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.reply_pacer import Pace
from livesessions.pipeline.selection.turn_queue import Inbox, Priority, QueuedTurn
from livesessions.sources.state import Frozen
from planner.stage.choice.next_action import Situation, changes_in_s, decide
from planner.stage.cues import CueSource, NextAction
from planner.stage.turn import Turn, TurnKind

# A source that wants to be asked at once, and then has nothing to say, is not asked in a circle.
SHORTEST_WAIT_S = 0.1
TICK_S = 0.001  # moments of two clocks are never quite the same
# Whoever has had all the answers there are may be answered again some time after.
LOOK_AGAIN_S = 5.0


class Director:
    """Keeps the order of what is said, and its pace. `on_big_gift` is called when one comes in.

    `segment_text` tells what part of the show is on, for every turn when its reply begins; `intent_of` what
    a line is about, so that the host does not look for the same words in a circle when it has none left.

    Whoever says what `next` has returned calls `began` when it begins to sound, and `ended` at its end.
    """

    def __init__(
        self,
        inbox: Inbox,
        rates: Rates,
        *,
        now: Callable[[], datetime],
        now_s: Callable[[], float],
        cues: Sequence[CueSource] = (),
        host_name: str = "",
        segment_text: Callable[[], str] = str,
        intent_of: Callable[[Turn], str] = lambda turn: "",
    ) -> None:
        self._inbox = inbox
        self._rates = rates
        self._now_s = now_s
        self._now = now
        self._tempo = rates.tempo()
        self._cueing = CueSelector(cues, wall_s=self._wall_s)
        self._answers = AnswerPicker(inbox, rates, host_name=host_name, wall_s=self._wall_s)
        self._thanks = ThanksPicker(inbox, rates)
        self._segment_text = segment_text
        self._speechless = NoReplyBackoff(intent_of)
        self._has_another = False  # whether a line may wait that is worth a try though the host is speechless
        self._thanks_in_a_row = 0
        self._last_line_s = now_s()
        self.on_big_gift: Callable[[], None] = lambda: None
        self.is_waiting_for_approvals: Callable[[], bool] = lambda: False
        inbox.on_put = self._note_item
        inbox.on_line = self._note_line

    def _wall_s(self) -> float:
        return self._now().timestamp()

    def set_rates(self, rates: Rates) -> None:
        """Go by other rates from now on; what was said before counts."""
        self._rates = rates
        rates.govern(self._tempo)
        self._answers.set_rates(rates)
        self._thanks.set_rates(rates)

    # --- what comes in -------------------------------------------------------------------------------

    def _note_item(self, item: QueuedTurn) -> None:
        if item.priority is Priority.COMMENT:
            self._answers.add_clip(item)
            self._has_another = self._has_another or self._is_worth_trying(item)
        if item.priority is Priority.GIFT:
            self._answers.note_gift(item)
            if is_big_gift(item, self._rates):
                self.on_big_gift()

    def _is_worth_trying(self, item: QueuedTurn) -> bool:
        return self._speechless.is_worth_trying(item.turn, self._now_s())

    def _note_line(self) -> None:
        self._last_line_s = self._now_s()
        self._tempo.line_came(self._last_line_s)

    # --- what goes out -------------------------------------------------------------------------------

    async def next(self, may_speak: asyncio.Event) -> QueuedTurn:
        """Wait until something may be said, and return it: taken out of the inbox, and while `may_speak`."""
        while True:
            await may_speak.wait()
            self._inbox.stirred.clear()
            item, wait_s = self._choose()
            if item is not None:
                return item
            await self._until_stirred(wait_s)

    async def _until_stirred(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(None if wait_s == inf else wait_s):
                await self._inbox.stirred.wait()
        except TimeoutError:
            pass

    def _choose(self) -> tuple[QueuedTurn | None, float]:
        """Return what to say now; else None, and how long nothing changes by itself."""
        self._inbox.drop_stale(self._now_s())
        situation = self._situation()
        state = decide(situation)
        item = self._take(state, situation)
        if item is None and state is NextAction.ANSWER:  # nobody who waits may be answered any more
            self._has_another = False
            situation = replace(situation, answers=0)
            state = decide(situation)
            item = self._take(state, situation)
        if item is not None:
            turn = replace(item.turn, segment=self._segment_text() or item.turn.segment)
            return replace(item, state=_named(item, state), turn=turn), 0.0
        return None, self._nothing_new_s(situation)

    def _nothing_new_s(self, situation: Situation) -> float:
        quiet_s = self._cueing.quiet_for_s() + TICK_S
        waits = [max(changes_in_s(situation), TICK_S), quiet_s if quiet_s > TICK_S else SHORTEST_WAIT_S]
        if self._inbox.waiting(Priority.COMMENT):
            waits.append(self._speechless.left_s(self._now_s()) or LOOK_AGAIN_S)
        return min(waits)

    def _situation(self) -> Situation:
        now_s, inbox = self._now_s(), self._inbox
        gifts = inbox.waiting(Priority.GIFT)
        big = sum(is_big_gift(item, self._rates) for item in gifts)
        quiet_s = now_s - self._last_line_s
        cues = self._cueing.look(quiet_s)
        answers = len(inbox.waiting(Priority.COMMENT))
        if self._speechless.left_s(now_s) and not self._has_another:
            answers = 0
        if self.is_waiting_for_approvals():
            answers, cues = 0, self._cueing.worded()
        return Situation(
            streamer_lines=len(inbox.waiting(Priority.STREAMER)),
            help_lines=len(inbox.waiting(Priority.HELP)),
            big_thanks=big,
            thanks=len(gifts) - big,
            courtesies=len(inbox.waiting(Priority.REST)),
            answers=answers,
            cues=cues,
            quiet_s=quiet_s,
            gap_in_s=self._wait_s(Pace.GAME, now_s),
            thanks_in_s=self._wait_s(Pace.THANKS, now_s),
            cue_in_s=self._wait_s(Pace.REMARK, now_s),
            answer_in_s=self._wait_s(Pace.ANSWER, now_s),
            thanks_in_a_row=self._thanks_in_a_row,
        )

    def _wait_s(self, pace: Pace, now_s: float) -> float:
        return max(self._tempo.ready_at_s(pace, now_s) - now_s, 0.0)

    def _take(self, state: NextAction, situation: Situation) -> QueuedTurn | None:
        if situation.streamer_lines:
            return self._first(Priority.STREAMER)
        if situation.help_lines:
            return self._first(Priority.HELP)
        if state is NextAction.ANSWER:
            return self._answers.take(self._now_s(), is_worth_trying=self._is_worth_trying)
        if state is NextAction.THANK:
            if situation.big_thanks or situation.thanks:
                return self._thanks.take()
            return self._last(Priority.REST)
        return self._cueing.item(state, self._now_s())

    def _first(self, priority: Priority) -> QueuedTurn:
        item = self._inbox.waiting(priority)[0]
        self._inbox.take([item])
        return item

    def _last(self, priority: Priority) -> QueuedTurn:
        item = self._inbox.waiting(priority)[-1]
        self._inbox.take([item])
        return item

    # --- what was said -------------------------------------------------------------------------------

    def began(self, item: QueuedTurn) -> None:
        """Note that something begins to sound."""
        self._tempo.spoke(_pace_of(item), self._now_s())
        self._thanks_in_a_row = self._thanks_in_a_row + 1 if item.state is NextAction.THANK else 0
        if item.priority is Priority.COMMENT and item.cue is None:
            self._answers.answered(item)
            self._speechless.found_words()
        self._cueing.took(item)

    def found_nothing(self, item: QueuedTurn) -> None:
        """Note that there were no words for something, so that nothing of it was heard."""
        if item.cue is None and item.priority is Priority.COMMENT:
            self._speechless.found_nothing(item.turn, self._now_s())
            self._has_another = True

    def ended(self, item: QueuedTurn, *, sounded: bool, failed: bool, cut: bool) -> None:
        """Note that it is over.

        What failed counts as said, so that a failing provider is not asked in a circle; and so does a cue
        that led to no sound, unless it was cut off: then it may come again.
        """
        now_s = self._now_s()
        if sounded:
            self._tempo.ended(now_s)
        elif failed:
            self._tempo.failed(now_s)
        if item.cue is not None and not sounded and not cut:
            self._tempo.spoke(_pace_of(item), now_s)
            self._cueing.took(item)

    # --- from worker to worker -----------------------------------------------------------------------

    def snapshot(self) -> Frozen:
        """Return what the next worker's director must know, as plain values: moments by the wall clock."""
        shift_s = self._wall_s() - self._now_s()
        return {
            "tempo": self._tempo.snapshot(shift_s),
            "answers": self._answers.snapshot(),
            "last_line_s": round(self._last_line_s + shift_s, 2),
            "cues": self._cueing.snapshot(),
        }

    def restore(self, frozen: Frozen) -> None:
        """Go on with what a snapshot holds."""
        now_s = self._now_s()
        shift_s = self._wall_s() - now_s
        self._tempo.restore(frozen["tempo"], shift_s, now_s)
        self._answers.restore(frozen["answers"])
        self._last_line_s = min(frozen["last_line_s"] - shift_s, now_s)
        self._cueing.restore(frozen["cues"])


def _named(item: QueuedTurn, state: NextAction) -> NextAction:
    """A word that calms the room is in the place of help, and turns the talk to something else."""
    return NextAction.TOPIC if item.turn.kind is TurnKind.CALM else state


def _pace_of(item: QueuedTurn) -> Pace:
    if item.cue is not None:
        return Pace.GAME if item.state is NextAction.GAME else Pace.REMARK
    if item.priority in (Priority.STREAMER, Priority.HELP):
        return Pace.FREE
    return Pace.ANSWER if item.priority is Priority.COMMENT else Pace.THANKS
