"""Runs one live: connects its parts, carries out commands and returns why it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from chatsources.errors import SourceError
from chatsources.port import ChatSource, SourcePhase
from livesessions.pipeline.bus import LiveBus
from livesessions.pipeline.host import Host
from livesessions.pipeline.intake.chat_reader import ChatReader
from livesessions.pipeline.intake.game_controller import Controls, GameController, no_controls
from livesessions.pipeline.intake.ingest import Ingest, IntakeContext
from livesessions.pipeline.intake.overlay_chat_queue import OverlayChatQueue
from livesessions.pipeline.memory_summarizer import MemorySummarizer
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.ports import (
    AudioSink,
    ClaimReply,
    Observer,
    ReplyPlanner,
    Screen,
    Voice,
    VoiceIn,
    no_claim,
)
from livesessions.pipeline.records import STREAMER, ReplyRecord
from livesessions.pipeline.reply.approvals import Approvals
from livesessions.pipeline.reply.generation import Generation
from livesessions.pipeline.reply.runner import ReplyContext
from livesessions.pipeline.rules import ReplaceableGate, Rules
from livesessions.pipeline.selection.director import Director, DirectorContext
from livesessions.pipeline.selection.queue_control import QueueControl
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from livesessions.pipeline.snapshot_trigger import SnapshotTrigger
from livesessions.pipeline.state import VERSION, LiveState
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.spoken_review import SpokenReview
from moderation.stage.viewer_roles import ViewerRoles, no_roles
from planner.stage.cues import CueSource
from planner.stage.games.games import Games
from planner.stage.turn import RoomFacts, Turn, TurnKind

STATE_EVERY_S = 1.0
STOPPED = "stopped"
LIVE_ENDED = "live_ended"


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What a live is made of; `livesessions/worker/assembly.py` makes these from a session's rows.

    - `further_sources`: chats that add to the live's own.
    - `cues`: the sources of what the host says unasked, in this order, after `games`.
    - `segment_text`: the part of the show that is on, in words for the planner.
    - `controls`: carries out what a moderator commands in the chat.
    - `holds_replies`: whether a person must approve what the planner writes before it is said.
    - `voice_in`: gives the voice for texts in other languages; without it `voice` says them too.
    - `per_thanks`: how many follows, shares or subscriptions are thanked at once; 1 where missing.
    """

    source: ChatSource
    gate: ReplaceableGate
    planner: ReplyPlanner
    voice: Voice
    sinks: Sequence[AudioSink]
    screen: Screen
    observer: Observer
    language: str
    muted: bool
    now: Callable[[], datetime]
    further_sources: Sequence[ChatSource] = ()
    rates: Rates = field(default_factory=Rates)
    cues: Sequence[CueSource] = ()
    host_name: str = ""
    model_gate: GuardedModelGate | None = None
    segment_text: Callable[[], str] = str
    games: Games | None = None
    controls: Controls = no_controls
    viewer_roles: ViewerRoles = field(default_factory=no_roles)
    holds_replies: bool = False
    per_thanks: Mapping[TurnKind, int] = field(default_factory=dict)
    claim_reply: ClaimReply = no_claim
    voice_in: VoiceIn | None = None


class Live:
    """Runs until the source ends, `stop` is called or its task is cancelled. Commands take effect at once.

    `urgent` is set whenever its snapshot changes in a way that must not be lost.
    """

    def __init__(self, parts: LiveParts) -> None:
        self._parts = parts
        self._now_s = asyncio.get_running_loop().time
        self._counts_before: dict[str, int] = {}
        self._stopped = asyncio.Event()
        self._stop_reason = STOPPED
        self.urgent = asyncio.Event()
        self._bus = LiveBus()
        self._queue = TurnQueue(self._bus)
        self._observer = SnapshotTrigger(parts.observer, self.urgent)
        self._overlay_chat = OverlayChatQueue(parts.screen)
        self._approvals = Approvals(
            self._queue,
            parts.gate,
            self._observer,
            bus=self._bus,
            now=parts.now,
            holds=parts.holds_replies,
        )
        self._director = Director(self._director_context())
        self._host = Host(
            self._reply_context(), self._queue, self._director, self._approvals, muted=parts.muted
        )
        self.games = GameController(
            parts.games,
            controls=parts.controls,
            observer=self._observer,
            now=parts.now,
            wake_host=self._queue.changed.set,
            show=self._overlay_chat.show_game,
        )
        self._ingest = Ingest(ChatReader(parts.source, parts.further_sources), self._intake_context())
        self.queue = QueueControl(
            self._queue,
            self._director,
            bus=self._bus,
            observer=self._observer,
            now_s=self._now_s,
            turn_of=self._ingest.turn_of,
            is_paused=lambda: self._host.paused_by_streamer,
        )
        self._background = (
            self._overlay_chat.run,
            self._host.run,
            self._approvals.run,
            self._ingest.finish_streaks,
            self._ingest.thank_groups,
            self.games.run_controls,
            MemorySummarizer(parts.planner, parts.gate).run,
            self._report_state,
        )

    def _director_context(self) -> DirectorContext:
        parts = self._parts
        return DirectorContext(
            queue=self._queue,
            bus=self._bus,
            rates=parts.rates,
            now=parts.now,
            now_s=self._now_s,
            is_approval_queue_full=lambda: self._approvals.is_full,
            cues=[*filter(None, [parts.games]), *parts.cues],
            host_name=parts.host_name,
            segment_text=parts.segment_text,
            room=self._room,
            intent_of=parts.planner.intent_of,
        )

    def _room(self) -> RoomFacts:
        games = self._parts.games
        leader = games.leader if games else None
        return RoomFacts(
            viewers=self._ingest.viewers,
            game=games.kind if games else "",
            leader=leader.name if leader else "",
            points=leader.points if leader else 0,
        )

    def _reply_context(self) -> ReplyContext:
        parts = self._parts
        return ReplyContext(
            gate=SpokenReview(parts.gate),
            planner=parts.planner,
            voice=parts.voice,
            voice_in=parts.voice_in,
            sinks=parts.sinks,
            observer=self._observer,
            generation=Generation(),
            now=parts.now,
            now_s=self._now_s,
            bus=self._bus,
            model_gate=parts.model_gate,
            claim=parts.claim_reply,
        )

    def _intake_context(self) -> IntakeContext:
        parts = self._parts
        return IntakeContext(
            gate=parts.gate,
            queue=self._queue,
            overlay_chat=self._overlay_chat,
            observer=self._observer,
            bus=self._bus,
            language=parts.language,
            now_s=self._now_s,
            set_paused=self._host.set_paused,
            games=self.games,
            viewer_roles=parts.viewer_roles,
            per_thanks=parts.per_thanks,
        )

    @property
    def counts(self) -> dict[str, int]:
        """The counters by name, also those of the workers before."""
        counts = self._ingest.counts
        before = self._counts_before
        return before | {name: count + before.get(name, 0) for name, count in counts.items()}

    @property
    def muted(self) -> bool:
        return self._host.muted

    @property
    def is_on_air(self) -> bool:
        """Whether the chat is connected: before that, and while it is lost, there is nobody to talk to."""
        return self._parts.source.state.phase is SourcePhase.CONNECTED

    def to_state(self) -> LiveState:
        """Return what the next worker needs to continue this live, as values that JSON can carry."""
        return {
            "version": VERSION,
            "intake": self._ingest.to_state(),
            "host": self._host.to_state(),
            "director": self._director.to_state(),
            "planner": self._parts.planner.snapshot(),
            "counts": self.counts,
        }

    def restore(self, state: LiveState) -> None:
        """Continue from a state, before `run`. Raise KeyError, TypeError or ValueError if unusable."""
        self._counts_before = dict(state["counts"])
        self._parts.planner.restore(state["planner"])
        if state["director"] is not None:
            self._director.restore(state["director"])
        self._host.restore(state["host"])
        self._ingest.restore(state["intake"])

    async def run(self, *background_parts: Callable[[], Coroutine[Any, Any, None]]) -> str:
        """Run the live and return why it ended: the reason given to `stop`, `live_ended` or a `SourceFault`.

        `background_parts` run beside it and end with it. A live whose task is cancelled is handed over: its
        running reply is cut, but the overlay stays on air for the next worker.
        """
        handed_over = False
        try:
            return await self._run_with(background_parts)
        except asyncio.CancelledError:
            handed_over = True
            raise
        finally:
            if not handed_over:
                self._approvals.expire_all()
                await self._each_sink(lambda sink: sink.cut(None))
                await self._each_sink(lambda sink: sink.set_live(False))

    async def _run_with(self, background_parts: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> str:
        if self._stopped.is_set():
            # Stopped between two workers: the host says nothing more.
            return self._stop_reason
        async with asyncio.TaskGroup() as tasks:
            parts = (*self._background, *background_parts)
            background = [tasks.create_task(part(), name=part.__qualname__) for part in parts]
            try:
                await self.announce()
                return await self._until_ended(tasks)
            finally:
                self._host.cut(ReplyOutcome.SKIPPED)
                for task in background:
                    task.cancel()
                await asyncio.wait(background)
                self._report_once()

    async def announce(self) -> None:
        """Send the sinks whether the live is on air and muted; again when they may have lost it."""
        await self._each_sink(lambda sink: sink.set_muted(self._host.muted))
        await self._each_sink(lambda sink: sink.set_live(True))

    async def _until_ended(self, tasks: asyncio.TaskGroup) -> str:
        reading = tasks.create_task(self._read(), name="ingest")
        stopping = tasks.create_task(self._stopped.wait(), name="stop")
        done, pending = await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return reading.result() if reading in done else self._stop_reason

    async def _read(self) -> str:
        try:
            await self._ingest.run()
        except SourceError as error:
            return error.fault.value
        return LIVE_ENDED

    async def _report_state(self) -> None:
        while True:
            self._report_once()
            await asyncio.sleep(STATE_EVERY_S)

    def _report_once(self) -> None:
        self._parts.observer.state_changed(
            viewers=self._ingest.viewers, counts=self.counts, connection=self._parts.source.state
        )
        self.games.report()
        self.queue.report()

    async def _each_sink(self, send: Callable[[AudioSink], Awaitable[None]]) -> None:
        """Send to every sink, even if some are unreachable."""
        for sink in self._parts.sinks:
            with suppress(ConnectionError):
                await send(sink)

    # --- commands ------------------------------------------------------------------------------------

    def stop(self, reason: str = STOPPED) -> None:
        """End the live; the first reason counts."""
        if not self._stopped.is_set():
            self._stop_reason = reason
        self._stopped.set()

    async def set_muted(self, muted: bool) -> None:
        """Silence the host at once, or let it speak again."""
        self._host.set_muted(muted)
        await self._each_sink(lambda sink: sink.set_muted(muted))

    def set_paused(self, paused: bool) -> None:
        """Let the host say nothing new after its running reply, or go on. The chat is still read."""
        self._host.set_paused_by_streamer(paused)
        self.queue.report_now()

    def skip(self) -> None:
        """Cut the running reply and go on with the next."""
        self._host.cut(ReplyOutcome.SKIPPED)

    def approve(self, reply_id: UUID, text: str) -> bool:
        """Say a held reply next, with `text` if not empty; return whether it was still held."""
        return self._approvals.approve(reply_id, text)

    def reject(self, reply_id: UUID) -> bool:
        """Drop a held reply; return whether it was still held."""
        return self._approvals.reject(reply_id)

    def say(self, text: str, reply_id: UUID | None = None) -> None:
        """Say the streamer's own text, as soon as the host may speak; its reply gets the id."""
        turn = Turn(TurnKind.COMMENT, viewer_name="", language=self._parts.language, text="")
        record = ReplyRecord(STREAMER, None, self._parts.now(), generation=0, id=reply_id or uuid4())
        self._queue.put(QueuedTurn(Priority.STREAMER, turn, None, self._now_s(), line=text, approved=record))

    def set_viewer_role(self, viewer_hash: str, role: str) -> None:
        """Treat a viewer by a role from now on; raise ValueError for a role that does not exist."""
        self._ingest.set_viewer_role(viewer_hash, role)

    def set_viewer_roles(self, roles: Mapping[str, str]) -> None:
        """Replace all viewers' roles, by their hashes; raise ValueError for a role that does not exist."""
        self._ingest.set_viewer_roles(roles)

    def set_rules(self, rules: Rules) -> None:
        """Apply other rules from now on, also to the messages that are already queued."""
        self._parts.gate.replace(rules.gate)
        self._director.set_rates(rules.rates)
        self._approvals.set_holds(rules.holds_replies)
        self._host.set_model_gate(rules.model_gate)
        self._ingest.screen_queue_again()
        self._queue.changed.set()

    def report_playback(
        self,
        utterance_id: UUID,
        *,
        ended: bool,
        level_db: float | None = None,
        underruns: int | None = None,
    ) -> None:
        """Take a page's report that an utterance began or ended to sound."""
        self._host.report_playback(utterance_id, ended=ended, level_db=level_db, underruns=underruns)
