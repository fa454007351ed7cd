"""Summarizes the planner's memory in the background, so that no reply waits for it."""

import asyncio

from livesessions.pipeline.ports import Gate, ReplyPlanner

INTERVAL_S = 5.0


class MemorySummarizer:
    """Asks the planner every 5 s whether there is something to summarize."""

    def __init__(self, planner: ReplyPlanner, gate: Gate) -> None:
        self._planner = planner
        self._gate = gate

    async def run(self) -> None:
        """Run until cancelled. A summary that the gate blocks is dropped."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self._planner.summarize(self._approves)

    def _approves(self, text: str) -> bool:
        return not self._gate.review(text).blocked
