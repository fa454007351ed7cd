"""Passes the messages of a live on to one console, a few times a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from livesessions.console.publisher import Message

logger = logging.getLogger(__name__)

# A page draws once for each frame: this many times a second it stays usable at any rate of the chat.
EVERY_S = 0.2
# What changes the buttons is not delayed.
URGENT = frozenset({"state"})


class MessageBatcher:
    """Sends what was added as one batch, at most once every `every_s`; a batch with urgent messages at once.

    `on_failure` is called when `send` raised an error, after which nothing more is sent.
    """

    def __init__(
        self,
        send: Callable[[list[Message]], Awaitable[None]],
        *,
        on_failure: Callable[[], Awaitable[None]],
        every_s: float = EVERY_S,
    ) -> None:
        self._send = send
        self._on_failure = on_failure
        self._every_s = every_s
        self._waiting: list[Message] = []
        self._added = asyncio.Event()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="console-batches")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def add(self, messages: Sequence[Message]) -> None:
        """Add messages to the next batch; never waits."""
        self._waiting += messages
        self._added.set()
        if any(message["kind"] in URGENT for message in messages):
            self._urgent.set()

    async def _run(self) -> None:
        try:
            while True:
                await self._added.wait()
                self._added.clear()
                self._urgent.clear()
                batch, self._waiting = self._waiting, []
                await self._send(batch)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every_s):
                        await self._urgent.wait()
        except Exception:
            logger.exception("a console is closed, because its batches could not be sent")
            await self._on_failure()
