"""One live: its parts put together, its commands, and the reason it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from livesessions.pipeline.host import Host
from livesessions.pipeline.intake.chat_reader import ChatReader
from livesessions.pipeline.intake.game_controller import Controls, GameController, no_controls
from livesessions.pipeline.intake.ingest import Ingest, Room
from livesessions.pipeline.intake.overlay_chat_queue import OverlayChatQueue
from livesessions.pipeline.intake.viewer_roles import ViewerRoles, nobody
from livesessions.pipeline.memory_summarizer import MemorySummarizer
from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.ports import AudioSink, Observer, Screen, Voice, Words
from livesessions.pipeline.reply.approvals import Approvals
from livesessions.pipeline.reply.generation import Generation
from livesessions.pipeline.reply.judging import WatchedGate
from livesessions.pipeline.reply.replying import Desk
from livesessions.pipeline.rules import ChangingGate, Rules
from livesessions.pipeline.selection.director import Director
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.turn_queue import Inbox, Priority, QueuedTurn
from livesessions.pipeline.snapshot_trigger import SnapshotTrigger
from livesessions.sources.errors import SourceError
from livesessions.sources.port import ChatSource
from livesessions.sources.state import Frozen
from planner.stage.cues import CueSource
from planner.stage.games.games import Games
from planner.stage.turn import Turn, TurnKind

STATE_EVERY_S = 1.0
STOPPED = "stopped"
LIVE_ENDED = "live_ended"


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What a live is made of; `livesessions/worker/assembly.py` makes these from a session's rows."""

    source: ChatSource
    gate: ChangingGate
    words: Words
    voice: Voice
    sinks: Sequence[AudioSink]
    screen: Screen
    observer: Observer
    language: str
    muted: bool
    now: Callable[[], datetime]
    # Chats that add to the live's own.
    further_sources: Sequence[ChatSource] = ()
    rates: Rates = field(default_factory=Rates)
    # What the host says of its own accord: asked in this order.
    cues: Sequence[CueSource] = ()
    host_name: str = ""
    model_gate: WatchedGate | None = None
    # What part of the show is on, in words for the planner.
    segment_text: Callable[[], str] = str
    # Asked before the others, and hears the chat.
    games: Games | None = None
    # Has done what a moderator commands in the chat.
    controls: Controls = no_controls
    standings: ViewerRoles = field(default_factory=nobody)
    # Whether somebody must approve what the planner writes before it is said.
    holds_replies: bool = False
    # How many follows, shares and subscriptions are thanked at once; each where nothing is said.
    per_thanks: Mapping[TurnKind, int] = field(default_factory=dict)


class Live:
    """Runs until the source ends, `stop` is called or its task is cancelled. Commands take effect at once.

    `urgent` is set whenever its snapshot changes in a way that must not be lost.
    """

    def __init__(self, parts: LiveParts) -> None:
        self._parts = parts
        self.urgent = asyncio.Event()
        self._counts_before: dict[str, int] = {}
        observer = SnapshotTrigger(parts.observer, self.urgent)
        self._stopped = asyncio.Event()
        self._stop_reason = STOPPED
        self._now_s = asyncio.get_running_loop().time
        self._inbox = Inbox()
        feeder = OverlayChatQueue(parts.screen)
        self._director = Director(
            self._inbox,
            parts.rates,
            now=parts.now,
            now_s=self._now_s,
            cues=[*filter(None, [parts.games]), *parts.cues],
            host_name=parts.host_name,
            segment_text=parts.segment_text,
            intent_of=parts.words.intent_of,
        )
        self._approvals = Approvals(
            self._inbox, parts.gate, observer, now=parts.now, holds=parts.holds_replies
        )
        self._host = Host(
            self._desk(observer), self._inbox, self._director, self._approvals, muted=parts.muted
        )
        self.games = GameController(
            parts.games,
            controls=parts.controls,
            observer=observer,
            now=parts.now,
            stir=self._inbox.stirred.set,
            show=feeder.show_game,
        )
        room = Room(
            gate=parts.gate,
            inbox=self._inbox,
            feeder=feeder,
            observer=observer,
            language=parts.language,
            now_s=self._now_s,
            set_paused=self._host.set_paused,
            play=self.games,
            standings=parts.standings,
            per_thanks=parts.per_thanks,
        )
        self._ingest = Ingest(ChatReader(parts.source, parts.further_sources), room)
        self._background = (
            feeder.run,
            self._host.run,
            self._approvals.run,
            self._ingest.watch_streaks,
            self._ingest.watch_crowd,
            self.games.carry_out,
            MemorySummarizer(parts.words, parts.gate).run,
            self._report_state,
        )

    def _desk(self, observer: Observer) -> Desk:
        parts = self._parts
        return Desk(
            gate=parts.gate,
            words=parts.words,
            voice=parts.voice,
            sinks=parts.sinks,
            observer=observer,
            generation=Generation(),
            now=parts.now,
            now_s=self._now_s,
            model_gate=parts.model_gate,
            on_flagged=lambda event, flags: self._ingest.note_flagged(event, flags),
        )

    @property
    def counts(self) -> dict[str, int]:
        """What was counted so far, by name."""
        counts = self._ingest.counts
        before = self._counts_before
        return before | {name: count + before.get(name, 0) for name, count in counts.items()}

    @property
    def muted(self) -> bool:
        return self._host.muted

    def snapshot(self) -> Frozen:
        """Return what the next worker needs to go on with this live, as values that JSON can carry."""
        return {
            "ingest": self._ingest.snapshot(),
            "host": self._host.snapshot(),
            "director": self._director.snapshot(),
            "words": self._parts.words.snapshot(),
            "counts": self.counts,
        }

    def restore(self, frozen: Frozen) -> None:
        """Go on with what a snapshot holds, before `run`; raise KeyError, TypeError or ValueError."""
        self._counts_before = dict(frozen["counts"])
        self._parts.words.restore(frozen["words"])
        if "director" in frozen:
            self._director.restore(frozen["director"])
        self._host.restore(frozen["host"])
        self._ingest.restore(frozen["ingest"])

    async def run(self, *background_parts: Callable[[], Coroutine[Any, Any, None]]) -> str:
        """Run the live and return why it ended: what `stop` was told, `live_ended` or a `SourceFault`.

        `background_parts` run beside it and end with it. A live whose task is cancelled is handed over: what
        it was saying is cut, but the overlay stays on air for whoever goes on.
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
                await self._tell_sinks(lambda sink: sink.cut(None))
                await self._tell_sinks(lambda sink: sink.set_live(False))

    async def _run_with(self, background_parts: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> str:
        if self._stopped.is_set():
            # Between two workers: the host has things of its own to say, and says none.
            return self._stop_reason
        async with asyncio.TaskGroup() as tasks:
            parts = (*self._background, *background_parts)
            background = [tasks.create_task(part(), name=part.__qualname__) for part in parts]
            try:
                await self.announce()
                return await self._until_ended(tasks)
            finally:
                self._host.cut(Outcome.SKIPPED)
                for task in background:
                    task.cancel()
                await asyncio.wait(background)
                self._tell_state()

    async def announce(self) -> None:
        """Tell the sinks that it is on air and whether it is muted; again when they may have forgotten."""
        await self._tell_sinks(lambda sink: sink.set_muted(self._host.muted))
        await self._tell_sinks(lambda sink: sink.set_live(True))

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
            self._tell_state()
            await asyncio.sleep(STATE_EVERY_S)

    def _tell_state(self) -> None:
        self._parts.observer.state_changed(
            viewers=self._ingest.viewers, counts=self.counts, connection=self._parts.source.state
        )
        self.games.report()

    async def _tell_sinks(self, tell: Callable[[AudioSink], Awaitable[None]]) -> None:
        """Tell every sink; one that cannot be reached must not keep the others from hearing it."""
        for sink in self._parts.sinks:
            with suppress(ConnectionError):
                await tell(sink)

    # --- commands ------------------------------------------------------------------------------------

    def stop(self, reason: str = STOPPED) -> None:
        """End the live; the first reason counts."""
        if not self._stopped.is_set():
            self._stop_reason = reason
        self._stopped.set()

    async def set_muted(self, muted: bool) -> None:
        """Silence the host at once, or let it speak again."""
        self._host.set_muted(muted)
        await self._tell_sinks(lambda sink: sink.set_muted(muted))

    def skip(self) -> None:
        """Cut the reply under way and go on with the next."""
        self._host.cut(Outcome.SKIPPED)

    def approve(self, reply_id: UUID, text: str) -> bool:
        """Say a reply that is held, as edited, next; tell whether it still waited."""
        return self._approvals.approve(reply_id, text)

    def reject(self, reply_id: UUID) -> bool:
        """Drop a reply that is held; tell whether it still waited."""
        return self._approvals.reject(reply_id)

    def say(self, text: str) -> None:
        """Say a line of the streamer's own, as soon as the host may speak."""
        turn = Turn(TurnKind.COMMENT, viewer_name="", language=self._parts.language, text="")
        self._inbox.put(QueuedTurn(Priority.STREAMER, turn, None, self._now_s(), line=text))

    def set_viewer_role(self, viewer_hash: str, standing: str) -> None:
        """Treat a viewer as was decided from now on; raise ValueError for what is no standing."""
        self._ingest.set_standing(viewer_hash, standing)

    def set_viewer_roles(self, rules: Mapping[str, str]) -> None:
        """Treat all viewers as `rules` say, by their hashes; raise ValueError for what is no standing."""
        self._ingest.set_standings(rules)

    def set_rules(self, rules: Rules) -> None:
        """Go by these rules from now on. Nothing is forgotten but the lines that they would not let in."""
        self._parts.gate.replace(rules.gate)
        self._director.set_rates(rules.rates)
        self._approvals.set_holds(rules.holds_replies)
        self._host.set_model_gate(rules.model_gate)
        self._ingest.judge_again()
        self._inbox.stirred.set()

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
