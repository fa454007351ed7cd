"""Runs one reply: plans, judges, voices and records it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from livesessions.pipeline.bus import LiveBus, MessageFlagged
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.ports import (
    AudioSink,
    ClaimReply,
    Observer,
    ReplyPlanner,
    Voice,
    VoiceIn,
    no_claim,
)
from livesessions.pipeline.records import STREAMER, ReplyRecord, policy_fault
from livesessions.pipeline.reply.generation import Generation, ReplyCut
from livesessions.pipeline.reply.model_review import ModelReview
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from livesessions.pipeline.reply.utterance import Utterance
from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.model_gate import Flags
from moderation.stage.spoken_review import SpokenReview
from moderation.stage.verdict import Verdict
from planner.errors import PlannerError
from planner.stage.turn import UNHEARD, TurnKind
from planner.stage.viewers import names_of
from speech.errors import SpeechError

# The fault of a reply in ready words, while the language model is left alone.
MODEL_UNHEARD = "planner:unheard"
# Short replies that are owed as a whole do not give way.
NEVER_GIVES_WAY = frozenset({Priority.STREAMER, Priority.HELP, Priority.GIFT})


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What every reply of a live works with."""

    gate: SpokenReview
    planner: ReplyPlanner
    voice: Voice
    sinks: Sequence[AudioSink]
    observer: Observer
    generation: Generation
    now: Callable[[], datetime]
    now_s: Callable[[], float]
    bus: LiveBus
    # Judges what the rules let pass; None: the rules alone decide.
    model_gate: GuardedModelGate | None = None
    claim: ClaimReply = no_claim
    # For sentences that are not in the show's language; None: `voice` says them too.
    voice_in: VoiceIn | None = None


class ReplyRunner:
    """Runs one reply to its end; `on_begun` is called when its first audio was sent.

    A draft is planned and judged but not voiced, and ends as held.
    """

    def __init__(
        self, context: ReplyContext, turn: QueuedTurn, *, on_begun: Callable[[], None], is_draft: bool = False
    ) -> None:
        self._context = context
        self._turn = turn
        self._on_begun = on_begun
        self._is_draft = is_draft
        self.record = turn.approved or ReplyRecord(
            trigger_kind=STREAMER if turn.priority is Priority.STREAMER else turn.turn.kind.value,
            trigger=turn.event,
            created_at=context.now(),
            generation=context.generation.number,
            also=turn.also,
            state=turn.state.value,
            score=turn.score,
        )
        self.record.generation = context.generation.number
        if self.record.times.waited_ms is None:
            self.record.times.waited_ms = self._elapsed_ms()
            self.record.state = turn.state.value
        self.record.text = ""  # what was said so far
        self.playback = PlaybackTracker(context.now_s)
        self._model_review = ModelReview(context.model_gate, on_flagged=self._note_flags)
        self._utterance = Utterance(
            self.record,
            voice=context.voice,
            voice_in=context.voice_in,
            sinks=context.sinks,
            generation=context.generation,
            playback=self.playback,
            claim=context.claim,
            on_first_audio=self._first_audio,
            is_fresh=lambda: turn.is_fresh(context.now_s()),
        )

    @property
    def has_begun(self) -> bool:
        """Whether any of it has sounded."""
        return self._utterance.has_begun

    def give_way(self) -> None:
        """End at the end of the sentence that is being heard, for something more urgent."""
        if self._turn.priority not in NEVER_GIVES_WAY:
            self.playback.give_way()

    async def run(self) -> None:
        """Say it, and wait until it was heard. A provider's fault ends it silently."""
        record = self.record
        try:
            async with self._model_review, self._utterance:
                await self._say_all()
                await self._utterance.finish()
                if self._utterance.has_begun:
                    record.times.sent_ms = self._elapsed_ms()
                    await self._until_heard()
            if self._utterance.has_begun:
                record.outcome = ReplyOutcome.SPOKEN
                record.fault = record.fault or self._model_fault()
                self._context.planner.remember(self._turn.turn, record.text)
        except (ReplyCut, asyncio.CancelledError):
            self._note_cut()
            raise
        except PlannerError:
            self._fail(self._model_fault() or "planner")
        except SpeechError:
            self._fail("speech")
        except ConnectionError:
            self._fail("overlay")
        finally:
            await self._close()

    async def _say_all(self) -> None:
        async with aclosing(self._sentences()) as sentences:
            async for sentence in sentences:
                self._context.generation.check(self.record.generation)
                if self.playback.gives_way and self._utterance.has_begun:
                    return
                if self.record.times.first_sentence_ms is None:
                    self.record.times.first_sentence_ms = self._elapsed_ms()
                verdict = self._context.gate.review(sentence)
                if verdict.blocked:
                    self._refuse(sentence, verdict)
                    return
                self._context.gate.note(sentence)
                if not self._utterance.has_begun:
                    await self._model_review.before_first_sound(careful=self._turn.turn.careful)
                if self._is_draft:
                    self._draft(sentence)
                    continue
                if not self.record.usage.is_ready_made:
                    self._model_review.ask_about_sentence(sentence)
                language = self._context.planner.language_of(self._turn.turn, sentence)
                await self._utterance.say(sentence, language=language, recurs=self._recurs(sentence))

    async def _sentences(self) -> AsyncGenerator[str, None]:
        if self._turn.line:
            yield self._turn.line
            return
        if self._turn.turn.kind is TurnKind.COMMENT:
            self._model_review.ask_about_message(self._turn.turn.text)
        async with aclosing(self._context.planner.plan(self._turn.turn, self.record.usage)) as planned:
            async for sentence in planned:
                yield sentence

    async def _until_heard(self) -> None:
        heard = await self.playback.until_over()
        self._context.generation.check(self.record.generation)
        if heard < len(self._utterance.sentences):
            self.record.text = " ".join(self._utterance.sentences[:heard])
            self.record.audio_ms = round(self.playback.end_of_s(heard) * 1000)
            for sink in self._context.sinks:
                await sink.cut(self.record.id)

    def _recurs(self, sentence: str) -> bool:
        """Return whether a sentence was written before the live, and names nobody."""
        if not self.record.usage.is_ready_made or self._turn.priority is Priority.STREAMER:
            return False
        said = sentence.casefold()
        return not any(name.casefold() in said for name in names_of(self._turn.turn))

    def _draft(self, sentence: str) -> None:
        record = self.record
        if record.outcome is not ReplyOutcome.HELD:
            record.outcome, record.created_at = ReplyOutcome.HELD, self._context.now()
        record.text = f"{record.text} {sentence}".strip()

    def _refuse(self, sentence: str, verdict: Verdict) -> None:
        self.record.fault = policy_fault(verdict)
        if not self._utterance.has_begun and self.record.outcome is not ReplyOutcome.HELD:
            self.record.text = sentence
            self.record.outcome = ReplyOutcome.REFUSED

    def _note_cut(self) -> None:
        objection = self._model_review.objection
        self.record.outcome = self._context.generation.cut_as if objection is None else ReplyOutcome.REFUSED
        if objection is not None:
            self.record.fault = f"policy:model:{objection.found[0]}"

    def _note_flags(self, flags: Flags) -> None:
        if self._turn.event is not None:
            self._context.bus.announce(MessageFlagged(self._turn.event, flags))

    def _model_fault(self) -> str:
        return MODEL_UNHEARD if self.record.usage.model == UNHEARD else ""

    def _fail(self, fault: str) -> None:
        self.record.fault = fault
        self.record.outcome = ReplyOutcome.FAILED

    async def _close(self) -> None:
        """Record how it ended, and cut what a broken reply has already sent."""
        record = self.record
        if record.outcome is ReplyOutcome.SPEAKING:
            return  # the planner had nothing to say: there is no reply to record
        record.text = record.text or self._turn.line
        self._context.observer.reply_changed(record)
        is_heard_or_seen = self._utterance.has_begun or self._utterance.is_shown
        if is_heard_or_seen and record.outcome is not ReplyOutcome.SPOKEN:
            for sink in self._context.sinks:
                try:
                    await sink.cut(record.id)
                except ConnectionError:
                    record.fault = record.fault or "overlay"

    def _first_audio(self) -> None:
        self.playback.first_audio_sent()
        self._on_begun()
        self.record.times.first_audio_ms = self._elapsed_ms()
        self._context.observer.reply_changed(self.record)

    def _elapsed_ms(self) -> int:
        return round((self._context.now_s() - self._turn.arrived_s) * 1000)
