"""Takes in the events of a live once each: records, shows and counts them, and queues turns for the host."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.bus import LiveBus, MessageFlagged, MessageTaken
from livesessions.pipeline.intake.chat_reader import ChatReader
from livesessions.pipeline.intake.deescalation import Deescalation
from livesessions.pipeline.intake.event_counts import EventCounts
from livesessions.pipeline.intake.first_times import FirstTimes
from livesessions.pipeline.intake.game_controller import GameController
from livesessions.pipeline.intake.overlay_chat_queue import OverlayChatQueue, OverlayMessage
from livesessions.pipeline.intake.room_totals import RoomTotals
from livesessions.pipeline.intake.screener import MESSAGES, EventScreener, ScreenedEvent
from livesessions.pipeline.intake.seen_events import Novelty, SeenEvents
from livesessions.pipeline.intake.state import IntakeState
from livesessions.pipeline.intake.streaks import StreakMerger
from livesessions.pipeline.intake.thanks_batcher import BATCHED, ThanksBatcher
from livesessions.pipeline.intake.turns_of_events import gift_text, gift_turn, group_turn, message_turn
from livesessions.pipeline.ports import Gate, Observer
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from moderation.stage.verdict import Action, Risk, Verdict
from moderation.stage.viewer_roles import TRUSTED_ROLES, ViewerRole, ViewerRoles
from planner.stage.thanks_groups import Group
from planner.stage.turn import TurnKind

ANNOUNCED = frozenset({EventKind.FOLLOW, EventKind.SUBSCRIBE})


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """What the intake of one live works with. `set_paused` is called when the live pauses or goes on."""

    gate: Gate
    queue: TurnQueue
    overlay_chat: OverlayChatQueue
    observer: Observer
    bus: LiveBus
    language: str
    now_s: Callable[[], float]
    set_paused: Callable[[bool], None]
    games: GameController
    viewer_roles: ViewerRoles
    per_thanks: Mapping[TurnKind, int]


class Ingest:
    """Carries out what the screener decides. Nothing here waits for the host, the overlay or the database."""

    def __init__(self, chat: ChatReader, context: IntakeContext) -> None:
        self._chat = chat
        self._context = context
        self._screener = EventScreener(context.gate, context.viewer_roles)
        self._seen = SeenEvents()
        self._first_times = FirstTimes()
        self._streaks = StreakMerger()
        self._streak_opened = asyncio.Event()
        self._event_counts = EventCounts()
        self._room_totals = RoomTotals()
        self._deescalation = Deescalation(context.queue, language=context.language, now_s=context.now_s)
        self._thanks = ThanksBatcher(context.per_thanks, thank=self._thank_group, now_s=context.now_s)
        self.viewers: int | None = None
        context.bus.subscribe(MessageFlagged, self._react_to_flags)

    @property
    def counts(self) -> dict[str, int]:
        """The counters by name."""
        met, queue = self._chat.counts, self._context.queue
        return {
            "received": met.received,
            "decoded": met.decoded,
            "unknown": met.unknown,
            "broken": met.broken,
            "duplicate": met.duplicate + self._seen.duplicates,
            "repeated": self._first_times.repeated,
            "reconnects": met.reconnects,
            "dropped": met.lost + queue.dropped,
            "stale": queue.stale,
            "not_shown": self._context.overlay_chat.skipped,
            **self._room_totals.totals,
        }

    async def run(self) -> None:
        """Take in events until the live's own chat ends; raise its `SourceError`."""
        await self._chat.run(self.take)

    # --- events --------------------------------------------------------------------------------------

    def take(self, event: LiveEvent) -> None:
        """Take in one event, unless it was taken in before."""
        novelty = self._seen.add(event.source_id)
        if novelty is Novelty.DUPLICATE:
            return
        screened = self._screener.screen(event)
        self._context.observer.event_happened(screened.event, screened.verdict)
        if novelty is Novelty.UNRECORDED:
            return
        if screened.role is ViewerRole.BLOCKED:
            if screened.verdict is not None and screened.verdict.action is Action.HELP:
                self._deescalation.reconsider(screened.event, Action.HELP)
        elif event.kind in MESSAGES:
            self._take_message(screened)
        elif event.kind is EventKind.GIFT:
            self._take_gift(screened.event)
        else:
            self._take_other(screened.event)

    def _take_message(self, screened: ScreenedEvent) -> None:
        event, verdict = screened.event, screened.verdict
        if verdict is None:
            return
        self._deescalation.note(event, verdict)
        if verdict.blocked:
            return
        self._show(event, event.text)
        self._room_totals.add_message()
        self._context.bus.announce(MessageTaken(event))
        self._context.queue.message_shown()
        if self._context.games.takes(event, screened.role):
            self._context.queue.message_shown()
        elif not self._deescalation.is_quiet(event):
            self._context.queue.put(self._message_turn(screened, verdict))

    def _message_turn(self, screened: ScreenedEvent, verdict: Verdict) -> QueuedTurn:
        return message_turn(
            screened.event,
            language=self._context.language,
            now_s=self._context.now_s(),
            careful=verdict.risk is Risk.MEDIUM,
            trusted=screened.role in TRUSTED_ROLES,
        )

    def turn_of(self, event: LiveEvent) -> QueuedTurn | None:
        """Return an earlier message as a turn; None if the rules of now block it."""
        screened = self._screener.screen(event)
        if screened.verdict is None or screened.verdict.blocked:
            return None
        return self._message_turn(screened, screened.verdict)

    def _take_gift(self, event: LiveEvent) -> None:
        for finished in self._streaks.add(event, self._context.now_s()):
            self._thank_gift(finished)
        self._streak_opened.set()

    def _thank_gift(self, event: LiveEvent) -> None:
        if self._screener.is_blocked_viewer(event):
            return  # since the streak began
        self._show(event, gift_text(event, language=self._context.language))
        if event.receiver_id:
            return  # a guest's gift
        self._room_totals.add_gift(event)
        self._count(event)
        self._context.queue.put(
            gift_turn(event, language=self._context.language, now_s=self._context.now_s())
        )

    def _take_other(self, event: LiveEvent) -> None:
        if not self._first_times.add(event):
            return
        self._count(event)
        if event.kind in ANNOUNCED and event.viewer is not None and event.viewer.name:
            self._show(event, "")
        if event.kind in BATCHED:
            self._thanks.add(event)
        elif event.kind is EventKind.VIEWERS:
            self.viewers = event.count
        elif event.kind in (EventKind.PAUSED, EventKind.RESUMED):
            self._context.set_paused(event.kind is EventKind.PAUSED)
        elif event.kind is EventKind.DELETED:
            self._withdraw(event)

    def _thank_group(self, group: Group, events: Sequence[LiveEvent]) -> None:
        self._context.queue.put(
            group_turn(group, events, language=self._context.language, now_s=self._context.now_s())
        )

    def _withdraw(self, deletion: LiveEvent) -> None:
        viewers, targets = set(deletion.target_viewer_ids), set(deletion.targets)

        def is_deleted(event: LiveEvent) -> bool:
            by_viewer = event.viewer is not None and event.viewer.id in viewers
            return event.source_id in targets or (by_viewer and event.kind in MESSAGES)

        self._context.queue.withdraw(is_deleted)
        self._context.overlay_chat.retract(sorted(targets))

    def _react_to_flags(self, flagged: MessageFlagged) -> None:
        action = Action.HELP if flagged.flags.is_distress else Action.IGNORE
        self._deescalation.reconsider(flagged.event, action)

    def _show(self, event: LiveEvent, text: str) -> None:
        name = event.viewer.name if event.viewer else ""
        self._context.overlay_chat.show(OverlayMessage(event.source_id, name, text, event.kind.value))

    def _count(self, event: LiveEvent) -> None:
        likes_before = self._event_counts.counts.get(EventKind.LIKE.value, 0)
        if self._event_counts.add(event):
            self._room_totals.add_likes(self._event_counts.counts.get(EventKind.LIKE.value, 0) - likes_before)
            self._context.overlay_chat.show_counts(self._event_counts.counts)

    # --- changed rules -------------------------------------------------------------------------------

    def set_viewer_role(self, viewer_hash: str, role: str) -> None:
        """Treat a viewer by another role; one who is blocked gets no reply that is still owed."""
        self._context.viewer_roles.set(viewer_hash, role)
        if role == ViewerRole.BLOCKED:
            self._drop_blocked()

    def set_viewer_roles(self, roles: Mapping[str, str]) -> None:
        """Replace the roles of all viewers, by their hashes."""
        self._context.viewer_roles.replace(roles)
        self._drop_blocked()

    def screen_queue_again(self) -> None:
        """Remove the queued messages that the rules, since they have changed, would not let pass."""
        messages = [
            turn
            for turn in self._context.queue.queued(Priority.COMMENT)
            if turn.turn.kind is TurnKind.COMMENT
        ]
        self._context.queue.remove(
            turn for turn in messages if turn.event and self._screener.is_refused(turn.event)
        )

    def _drop_blocked(self) -> None:
        self._context.queue.withdraw(self._screener.is_blocked_viewer)
        self._thanks.forget(self._screener.is_blocked_viewer)

    # --- tasks beside the chat -----------------------------------------------------------------------

    async def thank_groups(self) -> None:
        """Thank the groups that stay incomplete, until cancelled."""
        await self._thanks.run()

    async def finish_streaks(self) -> None:
        """Thank the gift streaks whose closing event never comes, until cancelled."""
        while True:
            deadline_s = self._streaks.next_deadline()
            if deadline_s is None:
                self._streak_opened.clear()
                await self._streak_opened.wait()
                continue
            await asyncio.sleep(max(deadline_s - self._context.now_s(), 0.0))
            for finished in self._streaks.expire(self._context.now_s()):
                self._thank_gift(finished)

    # --- from worker to worker -----------------------------------------------------------------------

    def to_state(self) -> IntakeState:
        return {
            "seen": self._seen.to_state(),
            "unrecorded": [],
            "viewers": self.viewers,
            "streaks": self._streaks.to_state(),
            "thanks": self._thanks.to_state(),
            "deescalation": self._deescalation.to_state(),
            "counts": self._event_counts.counts,
            "first_times": self._first_times.to_state(),
        }

    def restore(self, state: IntakeState) -> None:
        """Continue from a state. Raise KeyError, TypeError or ValueError when it describes none."""
        self._seen.restore(state["seen"], state["unrecorded"])
        self._first_times.restore(state.get("first_times", ()))
        self.viewers = state["viewers"]
        self._streaks.restore(state["streaks"], self._context.now_s())
        self._thanks.restore(state["thanks"])
        if state["deescalation"] is not None:
            self._deescalation.restore(state["deescalation"])
        self._event_counts.restore(state["counts"])
        self._context.overlay_chat.show_counts(self._event_counts.counts)
