"""Decides what the host says to a turn: a turn goes in, at most two short spoken sentences come out."""

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import asdict, replace
from math import inf
from typing import Any

from planner.errors import PlannerError
from planner.stage.draft import MAX_CHARACTERS, MAX_SENTENCES, Draft
from planner.stage.lines import REST_S
from planner.stage.names import sayable_name
from planner.stage.offline import OfflineModel
from planner.stage.offline.model import OFFLINE
from planner.stage.output_gate import OutputGate
from planner.stage.ports import LanguageModel, Prompt
from planner.stage.prompt import sayable_text, system_text
from planner.stage.repetition import SaidLines
from planner.stage.sentences import SentenceChunker, split_sentences
from planner.stage.stock.host import StockHost
from planner.stage.tongues import primary_language
from planner.stage.turn import (
    Character,
    Exchange,
    ReplyLanguage,
    ShowFacts,
    TokenUsage,
    Turn,
    TurnKind,
    thaw_turn,
)
from planner.stage.viewers import ViewerBook

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCES", "Planner"]

STOCK = "stock"
# Markup and emoji fall away in cleaning, so a sentence may run somewhat longer before it is cut off.
_RUN_ON_CHARACTERS = 2 * MAX_CHARACTERS


class Planner:
    """The host's head for one live. It remembers what was said, and does not say it again.

    Without a model, and whenever the model fails, is refused or repeats itself, ready lines answer.
    `now_s` is wall-clock time, so that the next worker can go on with what `snapshot` tells.
    """

    def __init__(
        self,
        model: LanguageModel | None,
        character: Character,
        *,
        show: ShowFacts | None = None,
        seed: int = 0,
        memory: int = 6,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._model = model
        self._character = character
        self._show = show or ShowFacts()
        self._now_s = now_s
        self._stock = StockHost(seed=seed, now_s=now_s)
        self._ready = OfflineModel(seed=seed, now_s=now_s)
        self._said = SaidLines(now_s=now_s)
        self._viewers = ViewerBook()
        self._history: deque[Exchange] = deque(maxlen=memory)

    async def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the sentences to say, each as soon as it is whole; none when there is nothing new to say.

        A model's failure before its first sentence is answered by a ready line, and one after it ends the
        reply there. `usage.model` tells who spoke. Raises `PlannerError` when tokens were used for nothing.
        """
        said: list[str] = []
        sentences = self._converse(turn, usage) if turn.kind is TurnKind.COMMENT else self._react(turn, usage)
        try:
            async with aclosing(sentences):
                async for sentence in sentences:
                    said.append(sentence)
                    yield sentence
        finally:
            self._viewers.note(turn)
            self._said.add(" ".join(said), sayable_name(turn.viewer_name))

    def remember(self, turn: Turn, reply: str) -> None:
        """Keep an exchange for later prompts. `reply` is what the room really heard."""
        if reply:
            self._history.append(Exchange(turn=turn, reply=reply))

    def snapshot(self) -> list[dict[str, Any]]:
        """Return the exchanges heard and, as the last entry, what else is remembered, as plain values."""
        memory = {
            "said": self._said.snapshot(),
            "viewers": self._viewers.snapshot(),
            "stock": self._stock.snapshot(),
            "ready": self._ready.snapshot(),
        }
        return [*(asdict(exchange) for exchange in self._history), memory]

    def restore(self, frozen: list[dict[str, Any]]) -> None:
        """Remember what a snapshot holds."""
        for entry in frozen:
            if "turn" in entry:
                self.remember(thaw_turn(entry["turn"]), entry["reply"])
            else:
                self._said.restore(entry["said"])
                self._viewers.restore(entry["viewers"])
                self._stock.restore(entry["stock"])
                self._ready.restore(entry["ready"])

    # --- the ways to find words ----------------------------------------------------------------------

    async def _react(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        line = self._stock.line_for(turn, is_repeat=self._repeats_for(turn, within_s=REST_S))
        if line:
            usage.model = STOCK
        for sentence in split_sentences(line):
            yield sentence

    async def _converse(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        prompt = self._prompt_for(turn)
        draft = Draft(self._gate_for(prompt), self._repeats_for(turn))
        begun_s = time.monotonic()
        async with aclosing(self._write(prompt, draft, usage)) as sentences:
            async for sentence in sentences:
                yield sentence
        if draft.repeated:
            prompt = replace(prompt, said_already=draft.repeated, waited_s=time.monotonic() - begun_s)
            draft.begin_again()
            async with aclosing(self._write(prompt, draft, usage)) as sentences:
                async for sentence in sentences:
                    yield sentence
        if not draft.said:
            for sentence in self._ready_sentences(prompt, usage):
                draft.said.append(sentence)
                yield sentence
        if not draft.said and usage.prompt_tokens:
            # Silence that was paid for is a failure, so that the host waits before it pays again.
            raise PlannerError("All that the model wrote was held back, and no ready line is fresh.")

    async def _write(self, prompt: Prompt, draft: Draft, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield what may be said of one attempt of the model. What it fails at shows in the draft."""
        if self._model is None:
            return
        try:
            async with (
                aclosing(self._model.write(prompt, usage)) as pieces,
                aclosing(_in_sentences(pieces)) as sentences,
            ):
                async for sentence in sentences:
                    for spoken in draft.take(sentence[:_RUN_ON_CHARACTERS]):
                        yield spoken
                    if draft.closed:
                        return
        except PlannerError:
            return
        draft.finish()

    def _ready_sentences(self, prompt: Prompt, usage: TokenUsage) -> Iterator[str]:
        line = self._ready.line_for(prompt, is_repeat=self._repeats_for(prompt.turn, within_s=REST_S))
        if line:
            usage.model = OFFLINE
        yield from split_sentences(line)

    def _prompt_for(self, turn: Turn) -> Prompt:
        return Prompt(
            character=self._character,
            turn=turn,
            history=tuple(self._history),
            known=self._viewers.known(turn),
            show=self._show,
        )

    def _gate_for(self, prompt: Prompt) -> OutputGate:
        turn, character = prompt.turn, self._character
        is_free = character.reply_language is ReplyLanguage.VIEWER
        return OutputGate(
            secret=system_text(prompt),
            sayable=sayable_text(prompt),
            heard=turn.text,
            language="" if is_free else primary_language(turn.language or character.language),
            max_characters=MAX_CHARACTERS,
        )

    def _repeats_for(self, turn: Turn, *, within_s: float = inf) -> Callable[[str], bool]:
        name = sayable_name(turn.viewer_name)
        return lambda line: self._said.is_repeat(line, name, within_s=within_s)


async def _in_sentences(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    chunker = SentenceChunker()
    async for piece in pieces:
        for sentence in chunker.push(piece):
            yield sentence
        if len(chunker.pending) > _RUN_ON_CHARACTERS:
            break
    for sentence in chunker.flush():
        yield sentence
