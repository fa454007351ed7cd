"""What happens in the room: every event once, judged, noted, shown, and put where the host finds it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from livesessions.pipeline.intake.chat_reader import ChatReader
from livesessions.pipeline.intake.deescalation import Deescalation
from livesessions.pipeline.intake.event_counts import Tally
from livesessions.pipeline.intake.game_controller import GameController
from livesessions.pipeline.intake.overlay_chat_queue import Line, OverlayChatQueue
from livesessions.pipeline.intake.streaks import StreakMerger
from livesessions.pipeline.intake.thanks_batcher import THANKED, Crowd
from livesessions.pipeline.intake.viewer_roles import RELIED_ON, ViewerRole, ViewerRoles
from livesessions.pipeline.ports import Gate, Observer
from livesessions.pipeline.selection.turn_queue import Inbox, Priority, QueuedTurn
from livesessions.sources.events import EventKind, LiveEvent
from livesessions.sources.state import Frozen
from moderation.stage.model_gate import Flags
from moderation.stage.verdict import VIEWER_BLOCKED, Action, Risk, Verdict, judge
from planner.stage.thanks_groups import Group
from planner.stage.turn import Turn, TurnKind

REMEMBERED_IDS = 20_000
FROZEN_IDS = 1_000
NAMED_AT_MOST = 20  # of those who are thanked together

ANNOUNCED = frozenset({EventKind.FOLLOW, EventKind.SUBSCRIBE})
SPOKEN_TO = frozenset({EventKind.COMMENT, EventKind.QUESTION})


@dataclass(frozen=True, slots=True)
class Room:
    """What the ingest of one live works with."""

    gate: Gate
    inbox: Inbox
    feeder: OverlayChatQueue
    observer: Observer
    language: str
    now_s: Callable[[], float]
    set_paused: Callable[[bool], None]
    play: GameController
    standings: ViewerRoles
    per_thanks: Mapping[TurnKind, int]


class Ingest:
    """Takes in a live's chat to its end. Nothing here waits for the host, the screen or the database."""

    def __init__(self, chat: ChatReader, room: Room) -> None:
        self._chat = chat
        self._room = room
        self._streaks = StreakMerger()
        self._tally = Tally()
        self._streak_opened = asyncio.Event()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._unwritten: set[str] = set()
        self._tact = Deescalation(room.inbox, language=room.language, now_s=room.now_s)
        self._crowd = Crowd(room.per_thanks, thank=self._thank_crowd, now_s=room.now_s)
        self.duplicates = 0
        self.viewers: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """What was counted so far, by name."""
        met, inbox = self._chat.counts, self._room.inbox
        return {
            "received": met.received,
            "decoded": met.decoded,
            "unknown": met.unknown,
            "broken": met.broken,
            "duplicate": met.duplicate + self.duplicates,
            "reconnects": met.reconnects,
            "dropped": met.lost + inbox.dropped,
            "stale": inbox.stale,
            "not_shown": self._room.feeder.skipped,
        }

    async def run(self) -> None:
        """Take in events until the live's own chat ends; raise its `SourceError`."""
        await self._chat.run(self.take)

    def take(self, event: LiveEvent) -> None:
        """Take one event in, unless it has been taken before."""
        if self._is_known(event.source_id):
            self._take_again(event)
            return
        standing = self._standing_of(event)
        event, verdict = self._judge(event, standing)
        self._room.observer.event_happened(event, verdict)
        if standing is ViewerRole.BLOCKED:
            self._take_from_blocked(event, verdict)
        elif event.kind in SPOKEN_TO:
            self._take_line(event, verdict, standing)
        elif event.kind is EventKind.GIFT:
            self._take_gift(event)
        else:
            self._take_other(event)

    def _take_from_blocked(self, event: LiveEvent, verdict: Verdict | None) -> None:
        """Whoever is in distress gets the help line, which names nobody; there is no other reaction."""
        if verdict is not None and verdict.action is Action.HELP:
            self._tact.think_again(event, Action.HELP)

    def _take_again(self, event: LiveEvent) -> None:
        """Count a duplicate; one that the worker before us may not have written is noted, and no more."""
        if event.source_id in self._unwritten:
            self._unwritten.discard(event.source_id)
            self._room.observer.event_happened(*self._judge(event, self._standing_of(event)))
        else:
            self.duplicates += 1

    def note_flagged(self, event: LiveEvent, flags: Flags) -> None:
        """Take in what a model has found in a line that the rules had let pass."""
        self._tact.think_again(event, Action.HELP if flags.is_distress else Action.IGNORE)

    def _is_known(self, source_id: str) -> bool:
        if source_id in self._seen:
            return True
        self._seen[source_id] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return False

    def snapshot(self) -> Frozen:
        """Return what the next worker's ingest must know, as plain values."""
        return {
            "seen": list(islice(reversed(self._seen), FROZEN_IDS))[::-1],
            "viewers": self.viewers,
            "streaks": self._streaks.snapshot(),
            "crowd": self._crowd.snapshot(),
            "tact": self._tact.snapshot(),
            "tally": self._tally.counts,
        }

    def restore(self, frozen: Frozen) -> None:
        """Go on with what a snapshot holds. Of `unwritten` it is not known whether they were noted."""
        self._seen.update(dict.fromkeys(frozen["seen"]))
        self._unwritten = set(frozen["unwritten"])
        self.viewers = frozen["viewers"]
        self._streaks.restore(frozen["streaks"], self._room.now_s())
        if "crowd" in frozen:
            self._crowd.restore(frozen["crowd"])
            self._tact.restore(frozen["tact"])
        if "tally" in frozen:
            self._tally.restore(frozen["tally"])
            self._room.feeder.show_tally(self._tally.counts)

    def set_standing(self, viewer_hash: str, standing: str) -> None:
        """Take in what was decided about a viewer; one who is blocked now gets nothing of what was owed."""
        self._room.standings.set(viewer_hash, standing)
        if standing == ViewerRole.BLOCKED:
            self._drop_blocked()

    def judge_again(self) -> None:
        """Let go of the lines that wait and that the gate, since the rules have changed, would not let in."""
        waiting = self._room.inbox.waiting(Priority.COMMENT)
        lines = [item for item in waiting if item.turn.kind is TurnKind.COMMENT]
        self._room.inbox.take([item for item in lines if item.event and self._is_refused(item.event)])

    def _is_refused(self, event: LiveEvent) -> bool:
        _event, verdict = self._judge(event, self._standing_of(event))
        return verdict is not None and verdict.blocked

    def set_standings(self, rules: Mapping[str, str]) -> None:
        """Take in all that is decided, in place of what was."""
        self._room.standings.replace(rules)
        self._drop_blocked()

    def _drop_blocked(self) -> None:
        def is_blocked(event: LiveEvent) -> bool:
            return self._standing_of(event) is ViewerRole.BLOCKED

        self._room.inbox.forget(is_blocked)
        self._crowd.forget(is_blocked)

    def _standing_of(self, event: LiveEvent) -> ViewerRole:
        """The streamer is a moderator in the own room, whatever was decided."""
        viewer = event.viewer
        if viewer is None:
            return ViewerRole.NONE
        return ViewerRole.MODERATOR if viewer.is_host else self._room.standings.of(viewer.id)

    def _judge(self, event: LiveEvent, standing: ViewerRole) -> tuple[LiveEvent, Verdict | None]:
        """Judge the text; a name that may not be shown is taken off the event."""
        if event.viewer is not None and self._room.gate.review(event.viewer.name).blocked:
            event = replace(event, viewer=replace(event.viewer, name=""))
        verdict = self._room.gate.review(event.text) if event.text else None
        if standing is ViewerRole.BLOCKED:
            is_help = verdict is not None and verdict.action is Action.HELP and event.kind in SPOKEN_TO
            return event, replace(VIEWER_BLOCKED, action=Action.HELP) if is_help else VIEWER_BLOCKED
        if standing in RELIED_ON and verdict is not None and verdict.reasons:
            verdict = judge(verdict.reasons, safe_mode=False)
        return event, verdict

    def _take_line(self, event: LiveEvent, verdict: Verdict | None, standing: ViewerRole) -> None:
        if verdict is None:
            return
        self._tact.note(event, verdict)
        if verdict.blocked:
            return
        name = event.viewer.name if event.viewer else ""
        self._room.feeder.show(Line(event.source_id, name, event.text, event.kind.value))
        self._room.inbox.line_came()
        if self._room.play.takes(event, standing):
            self._room.inbox.line_came()
        elif not self._tact.is_quiet(event):
            careful, trusted = verdict.risk is Risk.MEDIUM, standing in RELIED_ON
            self._wait_for_answer(Priority.COMMENT, TurnKind.COMMENT, event, careful=careful, trusted=trusted)

    def _take_gift(self, event: LiveEvent) -> None:
        for finished in self._streaks.add(event, self._room.now_s()):
            self._thank_gift(finished)
        self._streak_opened.set()

    def _thank_gift(self, event: LiveEvent) -> None:
        if self._standing_of(event) is ViewerRole.BLOCKED:
            return  # since the streak began
        name = event.viewer.name if event.viewer else ""
        gift_name = event.gift.name if event.gift else ""
        self._room.feeder.show(Line(event.source_id, name, f"{gift_name} × {event.count}", event.kind.value))
        self._count(event)
        self._wait_for_answer(Priority.GIFT, TurnKind.GIFT, event)

    def _count(self, event: LiveEvent) -> None:
        if self._tally.add(event):
            self._room.feeder.show_tally(self._tally.counts)

    def _announce(self, event: LiveEvent) -> None:
        """Show who follows or subscribes, unless the name may not be shown."""
        if event.kind in ANNOUNCED and event.viewer is not None and event.viewer.name:
            self._room.feeder.show(Line(event.source_id, event.viewer.name, "", event.kind.value))

    def _take_other(self, event: LiveEvent) -> None:
        self._count(event)
        self._announce(event)
        if event.kind in THANKED:
            self._crowd.add(event)
        elif event.kind is EventKind.VIEWERS:
            self.viewers = event.count
        elif event.kind in (EventKind.PAUSED, EventKind.RESUMED):
            self._room.set_paused(event.kind is EventKind.PAUSED)
        elif event.kind is EventKind.DELETED:
            self._forget(event)

    def _thank_crowd(self, group: Group, events: Sequence[LiveEvent]) -> None:
        named = [name for name in group.names if name][:NAMED_AT_MOST]
        first = events[0] if events else None
        turn = Turn(
            kind=group.kind,
            viewer_name=named[0] if named else "",
            language=self._room.language,
            count=group.count,
            viewer_id=first.viewer.id if first and first.viewer else "",
            also=tuple(named[1:]),
        )
        also = tuple(events[1:])
        self._room.inbox.put(QueuedTurn(Priority.REST, turn, first, self._room.now_s(), also=also))

    def _forget(self, deletion: LiveEvent) -> None:
        viewers = set(deletion.target_viewer_ids)
        targets = set(deletion.targets)

        def is_meant(event: LiveEvent) -> bool:
            by_viewer = event.viewer is not None and event.viewer.id in viewers
            return event.source_id in targets or (by_viewer and event.kind in SPOKEN_TO)

        self._room.inbox.forget(is_meant)
        self._room.feeder.retract(sorted(targets))

    def _wait_for_answer(
        self,
        priority: Priority,
        kind: TurnKind,
        event: LiveEvent,
        *,
        careful: bool = False,
        trusted: bool = False,
    ) -> None:
        turn = Turn(
            kind=kind,
            viewer_name=event.viewer.name if event.viewer else "",
            language=self._room.language,
            text=event.text,
            gift_name=event.gift.name if event.gift else "",
            count=event.count,
            careful=careful,
            viewer_id=event.viewer.id if event.viewer else "",
            diamonds=event.gift.diamonds * event.count if event.gift else 0,
        )
        self._room.inbox.put(QueuedTurn(priority, turn, event, self._room.now_s(), trusted=trusted))

    async def watch_crowd(self) -> None:
        """Thank the groups that stay incomplete, until cancelled."""
        await self._crowd.watch()

    async def watch_streaks(self) -> None:
        """Thank the streaks whose closing frame never comes, until cancelled."""
        while True:
            deadline_s = self._streaks.next_deadline()
            if deadline_s is None:
                self._streak_opened.clear()
                await self._streak_opened.wait()
                continue
            await asyncio.sleep(max(deadline_s - self._room.now_s(), 0.0))
            for finished in self._streaks.expire(self._room.now_s()):
                self._thank_gift(finished)
