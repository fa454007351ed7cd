"""Asks a moderation model about the texts of a reply, while the reply runs.

- The viewer's message is asked about when the reply begins, while its words are being found.
- A sentence that a language model wrote is asked about when it goes to the voice.
- Neither waits for the answer, except that the first sentence to a heated message waits a little.
- A flagged reply is cut; if no sound has gone out yet, nothing of it is voiced.
- Without an answer, the verdict of the rules stands.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from livesessions.pipeline.reply.generation import ReplyCut
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.model_gate import Flags

CAREFUL_WAIT_S = 0.8


class ModelReview:
    """The model's review of one reply; enter it around the reply, in the reply's own task.

    `objection` is what was flagged first. The body is then cancelled, and `ReplyCut` raised. `on_flagged` is
    called with the flags of the viewer's message.
    """

    def __init__(self, gate: GuardedModelGate | None, *, on_flagged: Callable[[Flags], None]) -> None:
        self.objection: Flags | None = None
        self._gate = gate
        self._on_flagged = on_flagged
        self._asked: list[asyncio.Task[None]] = []
        self._reply_task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reply_task = asyncio.current_task()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Cancel the open requests, and turn our own cancellation into a `ReplyCut`."""
        reply_task, self._reply_task = self._reply_task, None
        for task in self._asked:
            task.cancel()
        if self._asked:
            await asyncio.wait(self._asked)
        if self.objection is None or reply_task is None:
            return
        is_ours_alone = reply_task.uncancel() == 0
        if is_ours_alone and (kind is None or issubclass(kind, asyncio.CancelledError)):
            raise ReplyCut from error

    def ask_about_message(self, text: str) -> None:
        """Ask about what the viewer wrote; never waits."""
        self._ask(text, is_message=True)

    def ask_about_sentence(self, text: str) -> None:
        """Ask about what the host is going to say; never waits."""
        self._ask(text, is_message=False)

    async def before_first_sound(self, *, careful: bool) -> None:
        """Return when the first sentence may go to the voice: at once, or after a while for a careful one."""
        if careful and self._asked:
            await asyncio.wait(self._asked, timeout=CAREFUL_WAIT_S)
        if self.objection is not None:
            raise ReplyCut  # a library in between has swallowed our cancellation

    def _ask(self, text: str, *, is_message: bool) -> None:
        if self._gate is None or not text:
            return
        asking = self._settle(self._gate, text, is_message=is_message)
        self._asked.append(asyncio.create_task(asking, name="model-review"))

    async def _settle(self, gate: GuardedModelGate, text: str, *, is_message: bool) -> None:
        flags = await gate.review(text)
        if not flags.found or self.objection is not None or self._reply_task is None:
            return
        self.objection = flags
        self._reply_task.cancel()
        if is_message:
            self._on_flagged(flags)
