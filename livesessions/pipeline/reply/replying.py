"""One reply, whole: a waiting item goes in, planned, judged, voiced and recorded it comes out."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.ports import AudioSink, Gate, Observer, Voice, Words
from livesessions.pipeline.records import ReplyRecord, policy_fault
from livesessions.pipeline.reply.generation import Cut, Generation
from livesessions.pipeline.reply.judging import ModelReview, WatchedGate
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from livesessions.pipeline.reply.utterance import Utterance
from livesessions.pipeline.selection.turn_queue import Priority, QueuedTurn
from livesessions.sources.events import LiveEvent
from moderation.stage.model_gate import Flags
from moderation.stage.verdict import Verdict
from planner.errors import PlannerError
from planner.stage.turn import TurnKind
from planner.stage.viewers import names_of
from speech.errors import SpeechError

STREAMER = "streamer"
# What is soon over, and owed as a whole, does not give way.
NEVER_GIVES_WAY = frozenset({Priority.STREAMER, Priority.HELP, Priority.GIFT})


@dataclass(frozen=True, slots=True)
class Desk:
    """What every reply of a live works with."""

    gate: Gate
    words: Words
    voice: Voice
    sinks: Sequence[AudioSink]
    observer: Observer
    generation: Generation
    now: Callable[[], datetime]
    now_s: Callable[[], float]
    # Judges what the rules let pass; None: the rules alone decide.
    model_gate: WatchedGate | None = None
    on_flagged: Callable[[LiveEvent, Flags], None] = lambda event, flags: None


class ReplyRunner:
    """Runs one reply to its end; `on_begun` is called when its first audio has gone out.

    One that is only a draft ends held: planned and judged, and not voiced.
    """

    def __init__(
        self, desk: Desk, item: QueuedTurn, *, on_begun: Callable[[], None], is_draft: bool = False
    ) -> None:
        self._desk = desk
        self._item = item
        self._on_begun = on_begun
        self._is_draft = is_draft
        self.record = item.approved or ReplyRecord(
            trigger_kind=STREAMER if item.priority is Priority.STREAMER else item.turn.kind.value,
            trigger=item.event,
            created_at=desk.now(),
            generation=desk.generation.number,
            also=item.also,
            state=item.state.value,
            score=item.score,
        )
        self.record.generation = desk.generation.number
        if item.approved is None:
            self.record.times.waited_ms = self._elapsed_ms()
        else:
            self.record.text = ""  # what has been said so far
        self.hearing = PlaybackTracker(desk.now_s)
        self._judging = ModelReview(desk.model_gate, on_flagged=self._note_flags)
        self._utterance = Utterance(
            self.record,
            voice=desk.voice,
            sinks=desk.sinks,
            generation=desk.generation,
            hearing=self.hearing,
            on_first_audio=self._first_audio,
            is_fresh=lambda: item.is_fresh(desk.now_s()),
        )

    @property
    def has_begun(self) -> bool:
        """Whether any of it has sounded."""
        return self._utterance.has_begun

    def give_way(self) -> None:
        """End at the end of the sentence that is being heard, for something that does not wait."""
        if self._item.priority not in NEVER_GIVES_WAY:
            self.hearing.give_way()

    async def run(self) -> None:
        """Say it, and wait until it has been heard. A provider's fault ends it silently."""
        record = self.record
        try:
            async with self._judging, self._utterance:
                await self._say_all()
                await self._utterance.finish()
                if self._utterance.has_begun:
                    record.times.sent_ms = self._elapsed_ms()
                    await self._until_heard()
            if self._utterance.has_begun:
                record.outcome = Outcome.SPOKEN
                self._desk.words.remember(self._item.turn, record.text)
        except (Cut, asyncio.CancelledError):
            self._note_cut()
            raise
        except PlannerError:
            self._fail("planner")
        except SpeechError:
            self._fail("speech")
        except ConnectionError:
            self._fail("overlay")
        finally:
            await self._close()

    async def _say_all(self) -> None:
        async with aclosing(self._sentences()) as sentences:
            async for sentence in sentences:
                self._desk.generation.check(self.record.generation)
                if self.hearing.gives_way and self._utterance.has_begun:
                    return
                if self.record.times.first_sentence_ms is None:
                    self.record.times.first_sentence_ms = self._elapsed_ms()
                verdict = self._desk.gate.review(sentence)
                if verdict.blocked:
                    self._refuse(sentence, verdict)
                    return
                if not self._utterance.has_begun:
                    await self._judging.before_first_sound(careful=self._item.turn.careful)
                if self._is_draft:
                    self._draft(sentence)
                    continue
                if not self.record.usage.is_ready_made:
                    self._judging.ask_about_sentence(sentence)
                await self._utterance.say(sentence, recurs=self._recurs(sentence))

    async def _sentences(self) -> AsyncGenerator[str, None]:
        if self._item.line:
            yield self._item.line
            return
        if self._item.turn.kind is TurnKind.COMMENT:
            self._judging.ask_about_line(self._item.turn.text)
        async with aclosing(self._desk.words.plan(self._item.turn, self.record.usage)) as planned:
            async for sentence in planned:
                yield sentence

    async def _until_heard(self) -> None:
        heard = await self.hearing.until_over()
        self._desk.generation.check(self.record.generation)
        if heard < len(self._utterance.sentences):
            self.record.text = " ".join(self._utterance.sentences[:heard])
            self.record.audio_ms = round(self.hearing.end_of_s(heard) * 1000)
            for sink in self._desk.sinks:
                await sink.cut(self.record.id)

    def _recurs(self, sentence: str) -> bool:
        """Whether a sentence was ready before the live, and calls nobody by name."""
        if not self.record.usage.is_ready_made or self._item.priority is Priority.STREAMER:
            return False
        said = sentence.casefold()
        return not any(name.casefold() in said for name in names_of(self._item.turn))

    def _draft(self, sentence: str) -> None:
        record = self.record
        if record.outcome is not Outcome.HELD:
            record.outcome, record.created_at = Outcome.HELD, self._desk.now()
        record.text = f"{record.text} {sentence}".strip()

    def _refuse(self, sentence: str, verdict: Verdict) -> None:
        self.record.fault = policy_fault(verdict)
        if not self._utterance.has_begun and self.record.outcome is not Outcome.HELD:
            self.record.text = sentence
            self.record.outcome = Outcome.REFUSED

    def _note_cut(self) -> None:
        objection = self._judging.objection
        self.record.outcome = self._desk.generation.cut_as if objection is None else Outcome.REFUSED
        if objection is not None:
            self.record.fault = f"policy:model:{objection.found[0]}"

    def _note_flags(self, flags: Flags) -> None:
        if self._item.event is not None:
            self._desk.on_flagged(self._item.event, flags)

    def _fail(self, fault: str) -> None:
        self.record.fault = fault
        self.record.outcome = Outcome.FAILED

    async def _close(self) -> None:
        """Record how it ended, and silence what a broken reply has left on the way."""
        record = self.record
        if record.outcome is Outcome.SPEAKING:
            return  # the planner had nothing to say: there is no reply to record
        record.text = record.text or self._item.line
        self._desk.observer.reply_changed(record)
        is_heard_or_seen = self._utterance.has_begun or self._utterance.is_shown
        if is_heard_or_seen and record.outcome is not Outcome.SPOKEN:
            for sink in self._desk.sinks:
                try:
                    await sink.cut(record.id)
                except ConnectionError:
                    record.fault = record.fault or "overlay"

    def _first_audio(self) -> None:
        self.hearing.sounded()
        self._on_begun()
        self.record.times.first_audio_ms = self._elapsed_ms()
        self._desk.observer.reply_changed(self.record)

    def _elapsed_ms(self) -> int:
        return round((self._desk.now_s() - self._item.arrived_s) * 1000)
