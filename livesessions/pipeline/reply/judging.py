"""Asks a model about a reply's texts beside the reply: texts go in, an objection to the reply comes out.

The viewer's line is asked about when the reply begins, while its words are being found; a sentence that a
language model has written when it goes to the voice, while that makes its sound. Neither waits for the
answer, except that a first sentence to a line that is heated already waits a little. What is flagged is cut
off, with nothing of it voiced if no sound has gone out. Without an answer the rules' word stands.
"""

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from livesessions.pipeline.reply.generation import Cut
from moderation.errors import ModerationError
from moderation.stage.model_gate import Flags, ModelGate
from providers.breaker import CircuitBreaker

logger = logging.getLogger(__name__)

CAREFUL_WAIT_S = 0.8
NOTHING = Flags()


class WatchedGate:
    """A `ModelGate` behind a circuit breaker, shared by all lives of a worker."""

    def __init__(self, gate: ModelGate, breaker: CircuitBreaker) -> None:
        self._gate = gate
        self._breaker = breaker

    async def review(self, text: str) -> Flags:
        """Judge one text; nothing is flagged while the model fails. Never raises."""
        if not self._breaker.admit():
            return NOTHING
        with self._breaker.attempt() as attempt:
            try:
                flags = await self._gate.review(text)
            except ModerationError as error:
                attempt.failed(permanent=error.permanent)
                logger.warning(
                    "moderation model failed: permanent=%s opened=%s", error.permanent, self._breaker.is_open
                )
                return NOTHING
            attempt.succeeded()
        return flags


class ModelReview:
    """What a model objects to in one reply; enter it around the reply, in the reply's own task.

    `objection` is what was flagged first. The body is then cancelled where it stands, and `Cut` raised.
    `on_flagged` is told what the viewer's line was flagged for.
    """

    def __init__(self, gate: WatchedGate | None, *, on_flagged: Callable[[Flags], None]) -> None:
        self.objection: Flags | None = None
        self._gate = gate
        self._on_flagged = on_flagged
        self._asked: list[asyncio.Task[None]] = []
        self._replying: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._replying = asyncio.current_task()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Forget what has not been answered yet, and turn our own cancellation into a `Cut`."""
        replying, self._replying = self._replying, None
        for task in self._asked:
            task.cancel()
        if self._asked:
            await asyncio.wait(self._asked)
        if self.objection is None or replying is None:
            return
        is_ours_alone = replying.uncancel() == 0
        if is_ours_alone and (kind is None or issubclass(kind, asyncio.CancelledError)):
            raise Cut from error

    def ask_about_line(self, text: str) -> None:
        """Ask about what the viewer wrote; never waits."""
        self._ask(text, is_line=True)

    def ask_about_sentence(self, text: str) -> None:
        """Ask about what the host is going to say; never waits."""
        self._ask(text, is_line=False)

    async def before_first_sound(self, *, careful: bool) -> None:
        """Return when the first sentence may go to the voice: at once, or after a while for a careful one."""
        if careful and self._asked:
            await asyncio.wait(self._asked, timeout=CAREFUL_WAIT_S)
        if self.objection is not None:
            raise Cut  # a library in between has swallowed our cancellation

    def _ask(self, text: str, *, is_line: bool) -> None:
        if self._gate is None or not text:
            return
        asking = self._settle(self._gate, text, is_line=is_line)
        self._asked.append(asyncio.create_task(asking, name="judging"))

    async def _settle(self, gate: WatchedGate, text: str, *, is_line: bool) -> None:
        flags = await gate.review(text)
        if not flags.found or self.objection is not None or self._replying is None:
            return
        self.objection = flags
        self._replying.cancel()
        if is_line:
            self._on_flagged(flags)
