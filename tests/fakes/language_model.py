"""A language model that says what the test tells it to."""

from collections.abc import AsyncGenerator

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
