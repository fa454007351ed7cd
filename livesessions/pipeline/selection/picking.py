"""Picks from the queue the message to answer and the gifts to thank for, and removes them from it."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import Any, NotRequired, TypedDict

from chatsources.events import LiveEvent
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Hold, Priority, QueuedTurn
from planner.stage.choice.answer_choice import choose
from planner.stage.choice.answered_lines import AnsweredLines, Line, is_same_line, line_of
from planner.stage.choice.audience import Audience, viewer_of
from planner.stage.choice.duplicates import NO_QUESTION, QuestionWords, question_words
from planner.stage.choice.scoring import Candidate, LineScore, ScoringLimits, score
from planner.stage.choice.thanks import WaitingGift, gifts_to_thank, is_big
from planner.stage.names import sayable_name

# The most other viewers that a merged turn lists; the reply names two or three of them, and "others".
MAX_ALSO = 12
REMEMBERED_S = 60.0
REMEMBERED_ANSWERS = 20
# Of more messages, the older ones have lost their freshness and are hardly chosen.
MAX_RANKED = 60
# No limit applies to a viewer who has been alone in the chat for so long.
ALONE_S = 120.0


def is_big_gift(item: QueuedTurn, rates: Rates) -> bool:
    """Return whether a gift interrupts the host."""
    return is_big(item.turn.diamonds, big=rates.big_gift_diamonds)


class AnswersState(TypedDict):
    """The audience's snapshot, and the answered messages: wall-clock seconds, text, language.

    `lines` is the snapshot of the answered lines by viewer; older workers saved none.
    """

    audience: dict[str, Any]
    answered: list[tuple[float, str, str]]
    lines: NotRequired[list[list[Any]]]


class AnswerPicker:
    """Picks the best of the queued messages, with all that ask the same, and remembers who was answered.

    `wall_s` returns wall-clock time, so that the next worker can continue from a snapshot.
    """

    def __init__(
        self, queue: TurnQueue, rates: Rates, *, host_name: str, wall_s: Callable[[], float]
    ) -> None:
        self._queue = queue
        self._limits = ScoringLimits(host_name, rates.answers_per_viewer)
        self._wall_s = wall_s
        self._audience = Audience()
        self._answered_lines = AnsweredLines()
        self._answered: deque[tuple[float, str, str]] = deque(maxlen=REMEMBERED_ANSWERS)
        self._last_wrote = ("", -inf)
        self._not_alone_until_s = -inf

    def set_rates(self, rates: Rates) -> None:
        """Apply other limits from now on."""
        self._limits = replace(self._limits, answers_per_viewer=rates.answers_per_viewer)

    def take(self, now_s: float, *, is_worth_trying: Callable[[QueuedTurn], bool]) -> QueuedTurn | None:
        """Return the message to answer now; None when no queued one may be answered."""
        self._drop_repeated()
        items = [item for item in self._queue.queued(Priority.COMMENT) if is_worth_trying(item)]
        candidates = [self._candidate(item, now_s) for item in items]
        choice = choose(candidates, self._limits, just_answered=self._just_answered())
        if choice is None:
            return self._take_pinned()
        item, same = items[choice.place], [items[place] for place in choice.same]
        asked = {id(each) for each in same}
        same += [other for other in self._repeated(item) if id(other) not in asked]
        self._queue.remove([item, *same])
        return _merged(item, same, score=choice.score.as_values())

    def _take_pinned(self) -> QueuedTurn | None:
        """Return the oldest pinned message, when no other one may be answered."""
        pinned = (item for item in self._queue.queued(Priority.COMMENT) if item.hold is Hold.PINNED)
        item = next(pinned, None)
        if item is not None:
            self._queue.remove([item])
        return item

    def ranked(self, now_s: float, limit: int) -> list[tuple[QueuedTurn, LineScore | None]]:
        """Return the best of the latest messages with their scores, then the pinned ones without a score."""
        items = list(self._queue.queued(Priority.COMMENT))[-MAX_RANKED:]
        scored = [
            (found.total, item, found)
            for item in items
            if (found := score(self._candidate(item, now_s, has_wording=False), self._limits))
        ]
        best = sorted(scored, key=lambda entry: -entry[0])[:limit]
        shown = {id(item) for _total, item, _found in best}
        pinned = [item for item in self._queue.held(Hold.PINNED) if id(item) not in shown]
        return [*((item, found) for _total, item, found in best), *((item, None) for item in pinned)]

    def note_gift(self, item: QueuedTurn) -> None:
        """Record the viewer of a gift."""
        self._audience.gave(viewer_of(item.turn))

    def note_message(self, item: QueuedTurn) -> None:
        """Record the viewer of a message."""
        viewer, (before, before_s) = viewer_of(item.turn), self._last_wrote
        if viewer != before:
            self._not_alone_until_s = before_s + ALONE_S
        self._last_wrote = (viewer, self._wall_s())
        if self._answered_lines.knows(viewer):
            self._answered_lines.wrote(viewer, self._line(item), self._wall_s())

    @property
    def _is_alone(self) -> bool:
        return self._wall_s() >= self._not_alone_until_s

    def answered(self, item: QueuedTurn) -> None:
        """Record that a message, and all that were merged into it, are being answered."""
        wall_s, turn = self._wall_s(), item.turn
        for other in item.gathered[1:]:
            self._audience.answered(viewer_of(other.turn), wall_s)
        for each in item.gathered or (item,):
            self._answered_lines.answered(viewer_of(each.turn), self._line(each), wall_s)
        self._audience.answered(viewer_of(turn), wall_s)
        self._answered.append((wall_s, turn.text, turn.language))

    def was_cut(self, item: QueuedTurn) -> None:
        """Record that the answer to a message was cut off, so that the same message may be answered again."""
        for each in item.gathered or (item,):
            self._answered_lines.forget(viewer_of(each.turn), self._line(each))

    def _candidate(self, item: QueuedTurn, now_s: float, *, has_wording: bool = True) -> Candidate:
        viewer = viewer_of(item.turn)
        return Candidate(
            turn=item.turn,
            age_s=now_s - item.arrived_s,
            has_given=self._audience.has_given(viewer),
            is_new=self._audience.is_new(viewer),
            was_last=bool(viewer) and viewer == self._audience.last,
            answers_lately=0 if self._is_alone else self._audience.answers_lately(viewer, self._wall_s()),
            trusted=item.trusted,
            wording=self._wording(item.turn.text, item.turn.language) if has_wording else NO_QUESTION,
        )

    def _drop_repeated(self) -> None:
        """Remove the queued messages that say again what their viewer was answered to."""
        now_s, lines, is_alone = self._wall_s(), self._answered_lines, self._is_alone
        repeated = [
            item
            for item in self._queue.queued(Priority.COMMENT)
            if not item.hold
            and lines.knows(viewer := viewer_of(item.turn))
            and lines.has(viewer, self._line(item), now_s, is_alone=is_alone)
        ]
        if repeated:
            self._queue.remove(repeated)

    def _repeated(self, item: QueuedTurn) -> list[QueuedTurn]:
        """Return the other queued messages of the same viewer that say the same."""
        viewer, line = viewer_of(item.turn), self._line(item)
        return [
            other
            for other in self._queue.queued(Priority.COMMENT)
            if other is not item
            and viewer
            and line.text
            and viewer_of(other.turn) == viewer
            and is_same_line(self._line(other), line)
        ]

    def _line(self, item: QueuedTurn) -> Line:
        return line_of(item.turn.text, item.turn.language, self._limits.host_name)

    def _wording(self, text: str, language: str) -> QuestionWords:
        return question_words(text, language, self._limits.host_name)

    def _just_answered(self) -> list[QuestionWords]:
        since_s = self._wall_s() - REMEMBERED_S
        asked = [self._wording(text, language) for at_s, text, language in self._answered if at_s > since_s]
        return [wording for wording in asked if wording is not NO_QUESTION]

    def to_state(self) -> AnswersState:
        return {
            "audience": self._audience.snapshot(),
            "answered": list(self._answered),
            "lines": self._answered_lines.snapshot(),
        }

    def restore(self, state: AnswersState) -> None:
        self._audience.restore(state["audience"])
        self._answered.extend((at_s, text, language) for at_s, text, language in state["answered"])
        self._answered_lines.restore(state.get("lines", []))


class ThanksPicker:
    """Picks the gifts that are thanked next."""

    def __init__(self, queue: TurnQueue, rates: Rates) -> None:
        self._queue = queue
        self._rates = rates

    def set_rates(self, rates: Rates) -> None:
        """Apply other thresholds from now on."""
        self._rates = rates

    def take(self) -> QueuedTurn:
        """Return the gifts to thank for as one turn; at least one must be queued."""
        items = list(self._queue.queued(Priority.GIFT))
        gifts = [WaitingGift(viewer_of(item.turn), item.turn.diamonds) for item in items]
        places = gifts_to_thank(
            gifts, small=self._rates.small_gift_diamonds, big=self._rates.big_gift_diamonds
        )
        first, *others = (items[place] for place in places)
        self._queue.remove([first, *others])
        return _with_all_gifts(_merged(first, others))


def _merged(
    item: QueuedTurn, others: Sequence[QueuedTurn], *, score: dict[str, float] | None = None
) -> QueuedTurn:
    """Return one turn for several, with the other viewers' names and events."""
    if not others:
        return replace(item, score=score or {})
    names = dict.fromkeys(sayable_name(other.turn.viewer_name) for other in others)
    own = sayable_name(item.turn.viewer_name)
    also = tuple(name for name in names if name and name.casefold() != own.casefold())
    events: list[LiveEvent] = [*item.also]
    for other in others:
        events += [event for event in (other.event, *other.also) if event is not None]
    return replace(
        item,
        turn=replace(item.turn, also=(*item.turn.also, *also)[:MAX_ALSO]),
        arrived_s=min(item.arrived_s, *(other.arrived_s for other in others)),
        also=tuple(events),
        score=score or {},
        gathered=(item, *others),
    )


def _with_all_gifts(item: QueuedTurn) -> QueuedTurn:
    """Return a turn that describes all of its gifts.

    Gifts of one kind are counted. Of several kinds, the best is named if one viewer gave them; else none.
    """
    turns = [part.turn for part in item.gathered] or [item.turn]
    diamonds = sum(turn.diamonds for turn in turns)
    kinds = {turn.gift_name for turn in turns}
    givers = {viewer_of(turn) for turn in turns}
    if len(kinds) > 1 and len(givers) == 1:
        turns = [turn for turn in turns if turn.gift_name == item.turn.gift_name]
    name = item.turn.gift_name if len(kinds) == 1 or len(givers) == 1 else ""
    count = sum(turn.count for turn in turns)
    return replace(item, turn=replace(item.turn, gift_name=name, count=count, diamonds=diamonds))
