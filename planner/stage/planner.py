"""Decides what the host says to a turn: at most two short spoken sentences."""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from math import inf
from typing import Any

from billing.prices import PriceBook, price_book
from planner.errors import PlannerError
from planner.stage.canned.replies import BIG_GIFT_DIAMONDS, CannedReplies
from planner.stage.documents.port import DocumentAnswer, Retriever
from planner.stage.documents.replies import DocumentReplies
from planner.stage.draft import MAX_CHARACTERS, MAX_SENTENCES, Draft
from planner.stage.language_detection import (
    detect_language,
    load_language_model,
    primary_language,
    spoken_language,
)
from planner.stage.lines import REST_S
from planner.stage.memory import Memory, exchange_from_state
from planner.stage.model_text.answer_breaker import AnswerBreaker
from planner.stage.model_text.answer_review import gate_of
from planner.stage.model_text.sentence_stream import MAX_WRITTEN_CHARACTERS, SentenceStream
from planner.stage.prompt import OF_ITS_OWN, Prompt, build_messages
from planner.stage.repetition import SaidLines
from planner.stage.rule_based.intents import Understood
from planner.stage.rule_based.model import RuleBasedModel
from planner.stage.sentences import split_sentences
from planner.stage.serious.topics import ALWAYS_READY, SeriousTopic, serious_topic
from planner.stage.summaries import sum_up
from planner.stage.talking_points.framing import TalkingPointTemplates
from planner.stage.turn import (
    DOCUMENTS,
    OFFLINE,
    STOCK,
    UNHEARD,
    Character,
    Exchange,
    ReplyLanguage,
    ShowFacts,
    TokenUsage,
    Turn,
    TurnKind,
)
from planner.stage.viewers import ViewerBook, names_of
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import ChatModel, Limits, Message

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCES", "STOCK", "Planner"]

# The longest wait for a first sentence, all models and attempts together, and for the rest of the reply.
REPLY_LIMITS = Limits(max_output_tokens=160, first_text_s=4.0, rest_s=4.0)


class Planner:
    """Writes the host's replies in one live. It remembers what was said and does not repeat it.

    Without a model, and whenever the model fails, is refused or repeats itself, canned lines answer. A model
    that goes on repeating itself is left alone for a while. `now_s` is wall-clock time, so that another
    worker can continue from a snapshot.
    """

    def __init__(
        self,
        model: ChatModel | None,
        character: Character,
        *,
        show: ShowFacts | None = None,
        seed: int = 0,
        memory: int = 6,
        now_s: Callable[[], float] = time.time,
        big_gift_diamonds: int = BIG_GIFT_DIAMONDS,
        prices: PriceBook | None = None,
        limits: Limits = REPLY_LIMITS,
        retriever: Retriever | None = None,
    ) -> None:
        self._model = model
        self._character = character
        self._show = show or ShowFacts()
        self._prices = prices or price_book()
        self._limits = limits
        self._now_s = now_s
        self._stock = CannedReplies(seed=seed, now_s=now_s, big_gift_diamonds=big_gift_diamonds)
        self._ready = RuleBasedModel(seed=seed, now_s=now_s)
        self._frames = TalkingPointTemplates(seed=seed, now_s=now_s)
        self._retriever = retriever
        self._documents = DocumentReplies(seed=seed, now_s=now_s)
        self._said = SaidLines(now_s=now_s)
        self._viewers = ViewerBook()
        self._memory = Memory(recent=memory, now_s=now_s)
        self._breaker = AnswerBreaker(now_s=now_s)
        self._planned = ""
        self._began_s = now_s()
        load_language_model()
        self._reasons_first = False  # whether the model's last answer began with reasoning that no tag opened

    async def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the sentences to say, each as soon as it is complete; none if there is nothing new to say.

        If the model fails before its first sentence, a canned line answers; after it, the reply ends there.
        `usage.model` names the source. Raises `PlannerError` when tokens were used for nothing.
        """
        said: list[str] = []
        turn = self._in_viewers_language(turn)
        sentences = self._react(turn, usage) if _is_reaction(turn) else self._converse(turn, usage)
        try:
            async with aclosing(sentences):
                async for sentence in sentences:
                    said.append(sentence)
                    yield sentence
        finally:
            self._viewers.note(turn)
            self._planned = " ".join(said)
            self._said.add(self._planned, _called(turn))

    def _in_viewers_language(self, turn: Turn) -> Turn:
        """Return the turn in the language of its comment, if the persona answers viewers in theirs."""
        if turn.kind is not TurnKind.COMMENT or self._character.reply_language is not ReplyLanguage.VIEWER:
            return turn
        shows = primary_language(turn.language or self._character.language)
        detected = detect_language(turn.text, likely=shows)
        return replace(turn, language=detected.code) if detected.is_known else turn

    def language_of(self, turn: Turn, sentence: str) -> str:
        """Return the language in which to say a sentence of a turn's reply; empty for the show's."""
        shows = primary_language(turn.language or self._character.language)
        viewers = primary_language(self._in_viewers_language(turn).language or shows)
        if viewers == shows:
            return ""
        # A model may answer in the show's language all the same, and ready lines exist in few languages.
        own = primary_language(self._character.language)
        spoken = spoken_language(sentence, expected=viewers, others=(shows, own))
        return "" if spoken == shows else spoken

    def intent_of(self, turn: Turn) -> str:
        """Return the topic of the canned lines for a turn."""
        return self.understand(turn).intent

    def understand(self, turn: Turn) -> Understood:
        """Return the topic of the canned lines for a turn, and how sure it is."""
        return self._ready.understand(
            self._in_viewers_language(turn), self._character.language, self._character.name
        )

    def repeats(self, line: str) -> bool:
        """Return whether the audience has heard this line, or a very similar one, within half an hour."""
        return self._said.is_repeat(line, within_s=REST_S)

    def remember(self, turn: Turn, reply: str) -> None:
        """Store an exchange for later prompts. `reply` is what the audience really heard."""
        if not reply:
            return
        self._memory.add(Exchange(turn=turn, reply=reply))
        if reply != self._planned:
            self._said.add(reply, _called(turn))

    async def summarize(self, approves: Callable[[str], bool]) -> None:
        """Summarize older exchanges when it is time; `approves` judges the summary. Never raises.

        A language model is used within the spend cap and for a few seconds at most, otherwise rules.
        """
        if not self._memory.is_due:
            return
        exchanges = tuple(self._memory.older)
        digest = self._memory.digest(exchanges)
        prompt = replace(
            self._prompt_for(Turn(TurnKind.COMMENT, "", self._character.language)),
            history=exchanges,
            sums_up=True,
        )
        messages = build_messages(prompt)
        gate = gate_of(prompt, messages[0].content)
        written = await sum_up(self._model, messages, gate, self._limits) if self._model else ""
        fit = (text for text in (written, digest) if text and approves(text))
        self._memory.settle(exchanges, next(fit, ""))

    def snapshot(self) -> list[dict[str, Any]]:
        """Return the state as plain values: the exchanges, then one entry for everything else."""
        memory = {
            "said": self._said.snapshot(),
            "viewers": self._viewers.snapshot(),
            "stock": self._stock.snapshot(),
            "ready": self._ready.snapshot(),
            "frames": self._frames.snapshot(),
            "documents": self._documents.snapshot(),
            "memory": self._memory.snapshot(),
            "began_s": self._began_s,
        }
        return [*(asdict(exchange) for exchange in self._memory.recent), memory]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        """Continue from a snapshot."""
        for entry in saved:
            if "turn" in entry:
                self._memory.recent.append(exchange_from_state(entry))
            else:
                self._said.restore(entry["said"])
                self._viewers.restore(entry["viewers"])
                self._stock.restore(entry["stock"])
                self._ready.restore(entry["ready"])
                self._frames.restore(entry["frames"])
                self._documents.restore(entry.get("documents", {}))
                self._memory.restore(entry["memory"])
                self._began_s = entry.get("began_s", self._began_s)

    # --- the ways to find words ----------------------------------------------------------------------

    async def _react(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        line = self._stock.line_for(turn, is_repeat=self._repeats_for(turn, within_s=REST_S))
        if line:
            usage.model = STOCK
        for sentence in split_sentences(line, self._language_of(turn)):
            yield sentence

    async def _converse(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        if turn.kind in OF_ITS_OWN and not turn.point:
            return
        if (answer := await self._look_up(turn)) is not None:
            usage.model, usage.source = DOCUMENTS, answer.source
            for sentence in self._documents.sentences(answer, turn, self._language_of(turn)):
                yield sentence
            return
        prompt = self._prompt_for(turn)
        if self._model is None or _serious_topic(turn) in ALWAYS_READY:
            for sentence in self._ready_sentences(prompt, usage):
                yield sentence
            return
        is_said = False
        async with aclosing(self._ask(self._model, prompt, usage)) as sentences:
            async for sentence in sentences:
                is_said = True
                yield sentence
        if is_said:
            return
        for sentence in self._ready_sentences(prompt, usage):
            is_said = True
            yield sentence
        if not is_said and usage.prompt_tokens:
            usage.model = UNHEARD if self._breaker.is_open else usage.model
            # Paid tokens without a sentence are a failure, so that the host backs off.
            raise PlannerError("All that the model wrote was held back, and no ready line is fresh.")

    async def _look_up(self, turn: Turn) -> DocumentAnswer | None:
        """Return what the documents say to a comment; None when somebody else should answer it."""
        if self._retriever is None or turn.kind is not TurnKind.COMMENT or turn.careful:
            return None
        if _serious_topic(turn) is not None:
            return None
        answer = await self._retriever.answer(turn.text, self._language_of(turn))
        # The creator's own facts may say what the documents do not.
        leaves_it = self._model is not None and bool(self._show.facts)
        return None if answer is not None and answer.is_refusal and leaves_it else answer

    async def _ask(self, model: ChatModel, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the model's answer, or its second one when the first repeats what was said before."""
        if not self._breaker.admit():
            return
        messages, language = build_messages(prompt), self._language_of(prompt.turn)
        draft = Draft(gate_of(prompt, messages[0].content), self._repeats_for(prompt.turn))
        begun_s = time.monotonic()
        try:
            async with aclosing(self._write(model, messages, draft, usage, language)) as sentences:
                async for sentence in sentences:
                    yield sentence
        finally:
            self._breaker.judge(draft)
        if not draft.repeated or not self._breaker.admit():
            return
        messages = build_messages(replace(prompt, said_already=draft.repeated))
        waited_s = time.monotonic() - begun_s
        draft.begin_again()
        try:
            async with aclosing(self._write(model, messages, draft, usage, language, waited_s)) as sentences:
                async for sentence in sentences:
                    yield sentence
        finally:
            self._breaker.judge(draft)

    async def _write(
        self,
        model: ChatModel,
        messages: Sequence[Message],
        draft: Draft,
        usage: TokenUsage,
        language: str,
        waited_s: float = 0.0,
    ) -> AsyncGenerator[str, None]:
        """Yield what may be said of one attempt of the model. The draft shows what it failed at.

        `language`: the one in which it was asked to answer.
        """
        limits = replace(self._limits, first_text_s=self._limits.first_text_s - waited_s)
        stream = model.stream(messages, limits)
        answer = SentenceStream(
            stream,
            usage,
            language=language,
            on_restart=draft.restart,
            waits=self._reasons_first,
        )
        try:
            async with aclosing(stream), aclosing(answer.sentences()) as sentences:
                async for sentence in sentences:
                    for spoken in draft.take(sentence[:MAX_WRITTEN_CHARACTERS]):
                        yield spoken
                    if draft.closed:
                        return
        except LanguageModelError:
            return
        finally:
            self._reasons_first = answer.reasons_first
            usage.add(stream.usage, self._prices)
        draft.finish()

    def _ready_sentences(self, prompt: Prompt, usage: TokenUsage) -> Iterator[str]:
        turn, is_repeat = prompt.turn, self._repeats_for(prompt.turn, within_s=REST_S)
        if turn.kind in OF_ITS_OWN:
            line = self._frames.line_for(turn, language=self._character.language, is_repeat=is_repeat)
        else:
            line = self._ready.line_for(prompt, is_repeat=is_repeat, instead_of_model=self._model is not None)
        if line:
            usage.model = UNHEARD if self._breaker.is_open else OFFLINE
        yield from split_sentences(line, self._language_of(turn))

    def _language_of(self, turn: Turn) -> str:
        return turn.language or self._character.language

    def _prompt_for(self, turn: Turn) -> Prompt:
        return Prompt(
            character=self._character,
            turn=turn,
            history=tuple(self._memory.recent),
            known=self._viewers.known(turn),
            show=self._show,
            earlier=self._memory.summary,
            is_serious=_serious_topic(turn) is not None,
            began_s=self._began_s,
        )

    def _repeats_for(self, turn: Turn, *, within_s: float = inf) -> Callable[[str], bool]:
        name = _called(turn)
        return lambda line: self._said.is_repeat(line, name, within_s=within_s)


def _is_reaction(turn: Turn) -> bool:
    """Return whether a turn gets canned lines only."""
    return turn.kind is not TurnKind.COMMENT and turn.kind not in OF_ITS_OWN


def _serious_topic(turn: Turn) -> SeriousTopic | None:
    return serious_topic(turn.text) if turn.kind is TurnKind.COMMENT else None


def _called(turn: Turn) -> str:
    return " ".join(names_of(turn))
