"""Language models that say what the test tells them to, at once or in their own time."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from planner.errors import PlannerError
from planner.stage.ports import Prompt
from planner.stage.turn import TokenUsage


class FakeLanguageModel:
    """Yields `pieces`, then raises `error` if there is one. `prompts` are those it was given."""

    def __init__(self, *pieces: str, error: PlannerError | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.prompts: list[Prompt] = []
        self.given = 0
        self.closed = False

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        self.prompts.append(prompt)
        usage.model = "fake"
        try:
            for piece in self._pieces:
                self.given += 1
                yield piece
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


class FakeScriptedModel:
    """Answers each time with the next of its replies, and keeps the prompts."""

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)
        self.prompts: list[Prompt] = []

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        self.prompts.append(prompt)
        usage.model = "scripted"
        for word in self._replies.pop(0).split(" "):
            yield f"{word} "


class FakeSlowModel:
    """Yields each piece after its delay, in seconds, and uses 100 tokens for it."""

    def __init__(self, *pieces: tuple[float, str]) -> None:
        self.pieces: Iterator[tuple[float, str]] = iter(pieces)
        self.asked = 0

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        self.asked += 1
        usage.prompt_tokens = 1_000
        for delay_s, piece in self.pieces:
            await asyncio.sleep(delay_s)
            usage.completion_tokens += 100
            yield piece
