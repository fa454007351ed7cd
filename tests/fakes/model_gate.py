"""A moderation model that answers what the test tells it to, in its own time."""

import asyncio

from moderation.errors import ModerationError
from moderation.stage.model_gate import Flags


class FakeModelGate:
    """Answers a text with its `answers`, after `after_s`; others at once, with no flag. Keeps the texts."""

    def __init__(
        self, answers: dict[str, Flags | ModerationError] | None = None, *, after_s: float = 0.0
    ) -> None:
        self._answers = answers or {}
        self._after_s = after_s
        self.texts: list[str] = []
        self.left = 0

    async def review(self, text: str) -> Flags:
        self.texts.append(text)
        try:
            if text in self._answers:
                await asyncio.sleep(self._after_s)
        except asyncio.CancelledError:
            self.left += 1
            raise
        answer = self._answers.get(text, Flags())
        if isinstance(answer, ModerationError):
            raise answer
        return answer
