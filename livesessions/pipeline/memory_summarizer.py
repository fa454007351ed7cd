"""Has the words tidied up beside the live: a few seconds go by, and what was heard long ago is summed up."""

import asyncio

from livesessions.pipeline.ports import Gate, Words

TIDY_EVERY_S = 5.0


class MemorySummarizer:
    """Lets the planner sum up what it remembers, off the way of any reply."""

    def __init__(self, words: Words, gate: Gate) -> None:
        self._words = words
        self._gate = gate

    async def run(self) -> None:
        """Tidy until cancelled. A summary that the gate blocks is not kept."""
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            await self._words.tidy(self._approves)

    def _approves(self, text: str) -> bool:
        return not self._gate.review(text).blocked
