"""Carries out what the streamer does with the queue, and reports the queue to open consoles."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from math import inf

from chatsources.events import LiveEvent
from livesessions.pipeline.bus import EventsWithdrawn, LiveBus, MessageTaken
from livesessions.pipeline.ports import Observer
from livesessions.pipeline.selection.director import Director
from livesessions.pipeline.selection.queue_report import QueueReport, report_turns
from livesessions.pipeline.selection.turn_queue import MAX_PINNED, TurnQueue
from livesessions.pipeline.selection.turns import Hold, QueuedTurn

MAX_REMEMBERED = 500  # messages that can still be answered after they have left the queue
# A console asks again more often than that.
WATCHED_FOR_S = 60.0
REFUSAL_SHOWN_S = 8.0


class QueueControl:
    """Answers, pins and removes messages as the streamer wants.

    - `turn_of`: returns a message as a turn, after the rules of now have judged it; None if they block it.
    - `is_paused`: whether the streamer has paused the host.
    """

    def __init__(
        self,
        queue: TurnQueue,
        director: Director,
        *,
        bus: LiveBus,
        observer: Observer,
        now_s: Callable[[], float],
        turn_of: Callable[[LiveEvent], QueuedTurn | None],
        is_paused: Callable[[], bool],
    ) -> None:
        self._queue = queue
        self._director = director
        self._observer = observer
        self._now_s = now_s
        self._turn_of = turn_of
        self._is_paused = is_paused
        self._recent: OrderedDict[str, LiveEvent] = OrderedDict()
        self._watched_until_s = -inf
        self._reported: QueueReport | None = None
        self._refusal: tuple[str, str, float] | None = None
        bus.subscribe(MessageTaken, self._remember)
        bus.subscribe(EventsWithdrawn, self._forget)

    def _remember(self, taken: MessageTaken) -> None:
        self._recent[taken.event.source_id] = taken.event
        if len(self._recent) > MAX_REMEMBERED:
            self._recent.popitem(last=False)

    def _forget(self, withdrawn: EventsWithdrawn) -> None:
        for source_id in [key for key, event in self._recent.items() if withdrawn.matches(event)]:
            del self._recent[source_id]

    # --- commands ------------------------------------------------------------------------------------

    def answer(self, message_id: str, stored: LiveEvent | None = None) -> None:
        """Answer a message next, also one that has left the queue; the rules judge it again.

        `stored`: the message, for one that this worker has forgotten or never had.
        """
        self._hold(message_id, Hold.NEXT, stored)

    def pin(self, message_id: str, stored: LiveEvent | None = None) -> None:
        """Keep a message in the queue until it is answered or removed; `stored` as in `answer`."""
        if len(self._queue.held(Hold.PINNED)) < MAX_PINNED:
            self._hold(message_id, Hold.PINNED, stored)
        self.report_now()

    def unpin(self, message_id: str) -> None:
        """Keep a message no longer than any other."""
        turn = self._queue.find(message_id)
        if turn is not None:
            self._queue.set_hold(turn, Hold.NONE)
        self.report_now()

    def remove(self, turn_id: str) -> None:
        """Take a turn out of the queue."""
        turn = self._queue.find(turn_id)
        if turn is not None:
            self._queue.remove([turn])
        self.report_now()

    def _hold(self, message_id: str, hold: Hold, stored: LiveEvent | None) -> None:
        turn = self._queue.find(message_id)
        if turn is not None:
            self._queue.set_hold(turn, hold)
        elif (event := self._recent.get(message_id, stored)) is None:
            self._refuse(message_id, "gone")
        elif (judged := self._turn_of(event)) is None:
            self._refuse(message_id, "rules")
        else:
            self._queue.put(replace(judged, hold=hold))
        self.report_now()

    def _refuse(self, message_id: str, why: str) -> None:
        self._refusal = (message_id, why, self._now_s() + REFUSAL_SHOWN_S)

    # --- report --------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Report the queue from now on: a console is open."""
        self._watched_until_s = self._now_s() + WATCHED_FOR_S
        self._reported = None
        self.report()

    def report_now(self) -> None:
        """Report the queue after a command, even if nobody has asked for it."""
        self._watched_until_s = max(self._watched_until_s, self._now_s() + 1.0)
        self.report()

    def report(self) -> None:
        """Report the queue if a console is open and it has changed."""
        now_s = self._now_s()
        if now_s > self._watched_until_s:
            return
        refused, why, until_s = self._refusal or ("", "", 0.0)
        report: QueueReport = {
            "turns": report_turns(self._queue, self._director),
            "total": len(self._queue),
            "is_paused": self._is_paused(),
            "refused": refused if now_s < until_s else "",
            "why": why if now_s < until_s else "",
        }
        if report != self._reported:
            self._reported = report
            self._observer.queue_changed(report)
