"""Several models behind one port: a prompt goes in, the reply of the first reliable one comes out."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from planner.errors import PlannerError
from planner.stage.cleaning import clean_for_speech
from planner.stage.ports import LanguageModel, Prompt, SpendCap
from planner.stage.prices import Price
from planner.stage.sentences import SentenceChunker
from planner.stage.turn import TokenUsage
from providers.breaker import CircuitBreaker

logger = logging.getLogger(__name__)

DEADLINE_S = 4.0
# Well past what the token limit of a request allows: a server that goes on has lost count.
MAX_UNBROKEN_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model, what keeps it from being asked in vain, and its price where it has one."""

    name: str
    model: LanguageModel
    breaker: CircuitBreaker
    price: Price | None = None


class FallbackModel:
    """A `LanguageModel` that asks its models in turn, until one has written a whole sentence.

    The first sentence comes within `deadline_s` of the reply's beginning, or `PlannerError` does: every
    model gets an equal share of the time that is left, the last one all of it. Once a sentence is out
    there is no other model: what fails then raises, and the rest of the reply is lost. Nothing is asked
    while `cap` does not allow it. Breakers are shared among lives, a `FallbackModel` belongs to one.
    """

    def __init__(
        self,
        models: Sequence[NamedModel],
        *,
        cap: SpendCap | None = None,
        deadline_s: float = DEADLINE_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._cap = cap
        self._deadline_s = deadline_s
        self._now_s = now_s

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield one model's reply. Raises `PlannerError` when there is none, or when it breaks off."""
        deadline_s = self._now_s() + self._deadline_s - prompt.waited_s
        if self._cap is not None and not await self._cap.allows():
            raise PlannerError("The spend cap is reached.", permanent=True)
        for place, named in enumerate(self._models):
            left_s = deadline_s - self._now_s()
            if left_s <= 0 or not named.breaker.admit():
                continue
            attempt = _Attempt(named, left_s / self._share(place), self._now_s)
            try:
                async with aclosing(attempt.write(prompt)) as pieces:
                    async for piece in pieces:
                        usage.model = named.name
                        yield piece
            except PlannerError:
                if attempt.has_begun:
                    raise
            else:
                return
            finally:
                self._account(attempt, usage)
        raise PlannerError("No language model has written a sentence in time.")

    def _share(self, place: int) -> int:
        """Return among how many models the time left is shared: those that would be asked."""
        return 1 + sum(not named.breaker.is_open for named in self._models[place + 1 :])

    def _account(self, attempt: "_Attempt", usage: TokenUsage) -> None:
        used, price = attempt.usage, attempt.named.price
        cost_usd = price.cost_usd(used.prompt_tokens, used.completion_tokens) if price else 0.0
        usage.prompt_tokens += used.prompt_tokens
        usage.completion_tokens += used.completion_tokens
        usage.cost_usd += cost_usd
        if self._cap is not None and cost_usd:
            self._cap.add(cost_usd)


class _Attempt:
    """One model's try at a reply. Its breaker hears how it went."""

    def __init__(self, named: NamedModel, patience_s: float, now_s: Callable[[], float]) -> None:
        self.named = named
        self.usage = TokenUsage()
        self.has_begun = False
        self._patience_s = patience_s
        self._now_s = now_s
        self._told = False

    async def write(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Yield the reply, its first piece being at least one whole sentence that can be spoken."""
        try:
            async with aclosing(self.named.model.write(prompt, self.usage)) as pieces:
                async for piece in self._sound(pieces):
                    self._tell_success()
                    yield piece
        except PlannerError as error:
            self._tell_failure(error)
            raise
        finally:
            if not self._told:
                self.named.breaker.abandoned()

    async def _sound(self, pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
        chunker, buffer, unbroken = SentenceChunker(), "", 0
        async with aclosing(self._in_time(pieces)) as timely:
            async for piece in timely:
                if not self.has_begun:
                    buffer += piece
                whole = chunker.push(piece)
                unbroken = len(piece) if whole else unbroken + len(piece)
                if unbroken > MAX_UNBROKEN_CHARACTERS:
                    raise PlannerError("The language model does not stop.")
                if self.has_begun:
                    yield piece
                elif any(clean_for_speech(sentence) for sentence in whole):
                    yield buffer
        if not self.has_begun:
            if not clean_for_speech(buffer):
                raise Unspeakable("The language model wrote nothing that can be spoken.")
            yield buffer

    async def _in_time(self, pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
        """Pass pieces on while the patience lasts: waiting spends it, a reply that began renews it."""
        left_s, begun = self._patience_s, False
        while True:
            asked_s = self._now_s()
            try:
                async with asyncio.timeout(left_s):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise PlannerError("The language model did not write a sentence in time.") from error
            left_s -= self._now_s() - asked_s
            if left_s <= 0:
                raise PlannerError("The language model did not write a sentence in time.")
            yield piece
            if self.has_begun and not begun:
                left_s, begun = self._patience_s, True

    def _tell_success(self) -> None:
        if not self.has_begun:
            self.has_begun = True
            self._told = True
            self.named.breaker.succeeded()

    def _tell_failure(self, error: PlannerError) -> None:
        self._told = True
        if isinstance(error, Unspeakable):
            # A viewer can ask for that. It must not be in a viewer's power to take a model off the air.
            self.named.breaker.abandoned()
            return
        was_open = self.named.breaker.is_open
        self.named.breaker.failed(permanent=error.permanent)
        opened = self.named.breaker.is_open and not was_open
        logger.warning(
            "language model failed: model=%s permanent=%s taken_off=%s",
            self.named.name,
            error.permanent,
            opened,
        )


class Unspeakable(PlannerError):
    """Raised when a model has answered properly, with nothing that a voice could say."""
