"""Decides what the host says to a turn: a turn goes in, at most two short spoken sentences come out."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from planner.errors import PlannerError
from planner.stage.cleaning import clean_for_speech, shorten
from planner.stage.ports import LanguageModel, Prompt
from planner.stage.sentences import SentenceChunker, split_sentences
from planner.stage.stock.host import StockHost
from planner.stage.turn import Character, Exchange, TokenUsage, Turn, TurnKind

MAX_SENTENCES = 2
MAX_CHARACTERS = 300
# Markup and emoji fall away in cleaning, so a sentence may run somewhat longer before it is cut off.
_RUN_ON_CHARACTERS = 2 * MAX_CHARACTERS


class Planner:
    """The host's head for one live. It remembers what was said, and never repeats a stock line early."""

    def __init__(self, model: LanguageModel, character: Character, *, seed: int = 0, memory: int = 6) -> None:
        self._model = model
        self._character = character
        self._stock = StockHost(seed=seed)
        self._history: deque[Exchange] = deque(maxlen=memory)

    async def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the sentences to say, each as soon as it is whole; none for a command that needs no words.

        Raises `PlannerError` when a comment gets no answer.
        """
        if turn.kind is TurnKind.COMMENT:
            async with aclosing(self._converse(turn, usage)) as sentences:
                async for sentence in sentences:
                    yield sentence
            return
        line = self._stock.line_for(turn)
        if line:
            usage.model = "stock"
        for sentence in split_sentences(line):
            yield sentence

    def remember(self, turn: Turn, reply: str) -> None:
        """Keep an exchange for later prompts. `reply` is what the room really heard."""
        if reply:
            self._history.append(Exchange(turn=turn, reply=reply))

    def snapshot(self) -> list[dict[str, Any]]:
        """Return what was said so far, as plain values."""
        return [asdict(exchange) for exchange in self._history]

    def restore(self, frozen: list[dict[str, Any]]) -> None:
        """Remember what a snapshot holds."""
        for exchange in frozen:
            turn = exchange["turn"]
            self.remember(Turn(**{**turn, "kind": TurnKind(turn["kind"])}), exchange["reply"])

    async def _converse(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        prompt = Prompt(character=self._character, turn=turn, history=tuple(self._history))
        allowance = _Allowance()
        async with (
            aclosing(self._model.write(prompt, usage)) as pieces,
            aclosing(_in_sentences(pieces)) as sentences,
        ):
            async for sentence in sentences:
                spoken = allowance.admit(clean_for_speech(sentence[:_RUN_ON_CHARACTERS]))
                if spoken:
                    yield spoken
                if allowance.spent:
                    return
        if not allowance.said:
            raise PlannerError("The model wrote nothing that can be spoken.")


class _Allowance:
    """How much of a reply may still be said."""

    def __init__(self) -> None:
        self.said = 0
        self._characters = MAX_CHARACTERS

    @property
    def spent(self) -> bool:
        return self.said >= MAX_SENTENCES or self._characters <= 0

    def admit(self, sentence: str) -> str:
        """Return what may be said of a sentence: all, a shortened first one, or nothing."""
        if not sentence or self.spent:
            return ""
        if len(sentence) > self._characters:
            sentence = "" if self.said else shorten(sentence, self._characters)
            self._characters = 0
        self.said += bool(sentence)
        self._characters -= len(sentence)
        return sentence


async def _in_sentences(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    chunker = SentenceChunker()
    async for piece in pieces:
        for sentence in chunker.push(piece):
            yield sentence
        if len(chunker.pending) > _RUN_ON_CHARACTERS:
            break
    for sentence in chunker.flush():
        yield sentence
