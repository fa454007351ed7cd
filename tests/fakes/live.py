"""A live without the outside: a scripted chat, a planner, sinks and an observer that remember."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chatsources.errors import SourceError
from chatsources.events import EventKind, Gift, LiveEvent, Viewer
from chatsources.port import CONNECTED, ChatSource, SourceCounts, SourceState
from livesessions.pipeline.intake.game_controller import Controls, no_controls
from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.ports import ClaimReply, no_claim
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.rules import ReplaceableGate
from livesessions.pipeline.selection.queue_report import QueueReport
from livesessions.pipeline.selection.rates import Rates
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Verdict
from moderation.stage.viewer_roles import ViewerRoles, no_roles
from planner.stage.cues import CueSource
from planner.stage.games.games import Games
from planner.stage.turn import TokenUsage, Turn
from speech.stage.audio import AudioChunk
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.synthesizer import FakeSynthesizer
from tests.fakes.virtual_time import EPOCH, run_virtual, virtual_now

VOICE = VoiceSpec("tone", "en")
BLOCKED = "forbidden"


def comment(text: str, *, source_id: str, name: str = "Anna") -> LiveEvent:
    viewer = Viewer(id=f"id-{name}", name=name)
    return LiveEvent(EventKind.COMMENT, source_id, EPOCH, viewer=viewer, text=text)


def gift(count: int, *, source_id: str, open_: bool, name: str = "Gino", streak_id: str = "s1") -> LiveEvent:
    return LiveEvent(
        EventKind.GIFT,
        source_id,
        EPOCH,
        viewer=Viewer(id=f"id-{name}", name=name),
        count=count,
        gift=Gift("5655", "Rose", 1, streak_id),
        streak_open=open_,
    )


def happening(kind: EventKind, *, source_id: str, count: int = 1, name: str = "Zoe") -> LiveEvent:
    return LiveEvent(kind, source_id, EPOCH, viewer=Viewer(f"id-{name}", name), count=count)


class FakeSource:
    """Yields events at the seconds that its script says, then stays quiet for `then_quiet_s` and ends."""

    def __init__(
        self,
        script: list[tuple[float, LiveEvent]],
        *,
        then_quiet_s: float = 60.0,
        error: SourceError | None = None,
    ) -> None:
        self.counts = SourceCounts()
        self.state = CONNECTED
        self._script = script
        self._then_quiet_s = then_quiet_s
        self._error = error

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        for at_s, event in self._script:
            await asyncio.sleep(at_s - asyncio.get_running_loop().time())
            yield event
        await asyncio.sleep(self._then_quiet_s)
        if self._error is not None:
            raise self._error


class FakeWords:
    """Answers every turn with `sentences(turn)`; by default it names the kind and the viewer."""

    def __init__(self, sentences: Callable[[Turn], list[str]] | None = None, error: Exception | None = None):
        self.turns: list[Turn] = []
        self.remembered: list[str] = []
        self._sentences = sentences or (lambda turn: [f"{turn.kind.value} {turn.viewer_name} {turn.count}"])
        self._error = error

    async def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        self.turns.append(turn)
        usage.model = "fake"
        for sentence in self._sentences(turn):
            yield sentence
        if self._error is not None:
            raise self._error

    def intent_of(self, turn: Turn) -> str:
        return turn.text

    def language_of(self, turn: Turn, sentence: str) -> str:
        return ""

    def remember(self, turn: Turn, reply: str) -> None:
        self.remembered.append(reply)

    async def summarize(self, approves: Callable[[str], bool]) -> None:
        """Nothing to tidy: what was remembered is looked at by the tests."""

    def snapshot(self) -> list[dict[str, Any]]:
        return [{"reply": reply} for reply in self.remembered]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        self.remembered = [exchange["reply"] for exchange in saved]


@dataclass
class FakeSink:
    """Both ways out. Keeps every message with its second; `heard_s` is how much audio went out."""

    messages: list[tuple[float, str, Any]] = field(default_factory=list)
    chunks: list[tuple[UUID, int, AudioChunk]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)  # of the sentences
    unreachable: bool = False

    def _note(self, kind: str, value: Any) -> None:
        if self.unreachable:
            raise ConnectionError
        self.messages.append((asyncio.get_running_loop().time(), kind, value))

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        self._note("begin", text)
        self.languages.append(language)
        if first is not None:
            await self.audio(utterance_id, 0, first)

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        self._note("caption", (text, at_ms))
        self.languages.append(language)

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        self._note("audio", sequence)
        self.chunks.append((utterance_id, sequence, chunk))

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        self._note("show_text", text)

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        self._note("end", duration_ms)

    async def cut(self, utterance_id: UUID | None) -> None:
        self._note("cut", utterance_id)

    async def set_muted(self, muted: bool) -> None:
        self._note("muted", muted)

    async def set_live(self, live: bool) -> None:
        self._note("live", live)

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        self._note("chat", text)
        self.lines.append(text)

    async def retract(self, ids: list[str]) -> None:
        self._note("retract", ids)

    async def game(self, state: dict[str, Any]) -> None:
        self._note("game", state)

    async def tally(self, counts: dict[str, int]) -> None:
        self._note("tally", counts)

    def said(self) -> list[str]:
        return [value for _, kind, value in self.messages if kind == "begin"]

    def times_of(self, kind: str) -> list[float]:
        return [at_s for at_s, what, _ in self.messages if what == kind]


@dataclass
class FakeObserver:
    """Keeps every note; `replies` holds each reply as it was left."""

    events: list[tuple[LiveEvent, Verdict | None]] = field(default_factory=list)
    changes: list[ReplyRecord] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    viewers: int | None = None
    connection: SourceState | None = None
    games: list[dict[str, Any]] = field(default_factory=list)
    queues: list[QueueReport] = field(default_factory=list)

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        self.events.append((event, verdict))

    def reply_changed(self, record: ReplyRecord) -> None:
        self.changes.append(replace(record))

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self.viewers, self.counts, self.connection = viewers, counts, connection

    def game_changed(self, state: dict[str, Any]) -> None:
        self.games.append(state)

    def queue_changed(self, report: QueueReport) -> None:
        self.queues.append(report)

    @property
    def replies(self) -> list[ReplyRecord]:
        return list({record.id: record for record in self.changes}.values())


@dataclass
class Stage:
    """Everything that a test of a live looks at."""

    source: ChatSource
    further_sources: Sequence[ChatSource] = ()
    words: FakeWords = field(default_factory=FakeWords)
    synthesizer: FakeSynthesizer = field(default_factory=FakeSynthesizer)
    sink: FakeSink = field(default_factory=FakeSink)
    observer: FakeObserver = field(default_factory=FakeObserver)
    cooldown_s: float = 4.0
    rates: Rates | None = None  # None: `cooldown_s` whatever the chat does, and the usual limits
    cues: Sequence[CueSource] = ()
    games: Games | None = None
    controls: Controls = no_controls
    viewer_roles: ViewerRoles = field(default_factory=no_roles)
    muted: bool = False
    holds_replies: bool = False
    claim_reply: ClaimReply = no_claim
    reason: str = ""

    def parts(self) -> LiveParts:
        return LiveParts(
            source=self.source,
            further_sources=self.further_sources,
            gate=ReplaceableGate(Moderator([BLOCKED])),
            planner=self.words,
            voice=Speaker(self.synthesizer, VOICE),
            sinks=[self.sink],
            screen=self.sink,
            observer=self.observer,
            language="en",
            muted=self.muted,
            holds_replies=self.holds_replies,
            now=virtual_now,
            rates=self.rates or Rates(cooldown_min_s=self.cooldown_s, cooldown_max_s=self.cooldown_s),
            cues=self.cues,
            games=self.games,
            controls=self.controls,
            viewer_roles=self.viewer_roles,
            host_name="Nora",
            claim_reply=self.claim_reply,
        )

    def play(self, *acts: Callable[[Live], Coroutine[Any, Any, None]]) -> "Stage":
        """Run the live to its end on virtual time, with `acts` beside it."""

        async def run() -> str:
            live = Live(self.parts())
            return await live.run(*[lambda act=act: act(live) for act in acts])

        self.reason = run_virtual(run())
        return self


def at(second: float, command: Callable[[Live], Any]) -> Callable[[Live], Coroutine[Any, Any, None]]:
    """An act that gives a command at a second of the live."""

    async def act(live: Live) -> None:
        await asyncio.sleep(second)
        result = command(live)
        if result is not None:
            await result

    return act
