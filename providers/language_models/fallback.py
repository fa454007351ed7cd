"""Asks several models in turn until one has begun a usable answer."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from providers.breaker import CircuitBreaker
from providers.language_models.deadlines import WaitBudget
from providers.language_models.errors import LanguageModelError, UnusableAnswer
from providers.language_models.ports import ChatModel, ChatStream, Limits, Message, TextDelta

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model of the chain and its circuit breaker, which all lives of the process share."""

    name: str
    model: ChatModel
    breaker: CircuitBreaker


class AnswerCheck(Protocol):
    """Decides when an answer is usable. Each attempt has one of its own."""

    def push(self, text: str) -> bool:
        """Take the next piece; return whether something usable is complete. Raises `LanguageModelError`."""

    def finish(self) -> bool:
        """Return whether all that came is usable, now that the answer has ended."""


class AnyText:
    """Accepts an answer from its first piece that is not blank."""

    def __init__(self) -> None:
        self._has_text = False

    def push(self, text: str) -> bool:
        self._has_text = self._has_text or bool(text.strip())
        return self._has_text

    def finish(self) -> bool:
        return self._has_text


class FallbackChatModel:
    """A `ChatModel` that asks its models in order.

    Every model has an equal share of the time left until `Limits.first_text_s`, the last one all of it.
    Models with an open breaker are skipped. Nothing is yielded before `check` finds the answer usable;
    afterwards no other model is asked: a failure then ends the answer there, with `LanguageModelError`.
    """

    def __init__(
        self,
        models: Sequence[NamedModel],
        *,
        check: Callable[[], AnswerCheck] = AnyText,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._check = check
        self._now_s = now_s

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        """Return the answer's stream. `usage` lists the attempts in the order in which they were made."""
        streams: list[ChatStream] = []
        deltas = self._deltas(messages, limits, streams)
        return ChatStream(deltas, lambda: tuple(used for stream in streams for used in stream.usage))

    async def _deltas(
        self, messages: Sequence[Message], limits: Limits, streams: list[ChatStream]
    ) -> AsyncGenerator[TextDelta, None]:
        deadline_s = self._now_s() + limits.first_text_s
        for place, named in enumerate(self._models):
            left_s = deadline_s - self._now_s()
            if left_s <= 0 or not named.breaker.admit():
                continue
            share = replace(limits, first_text_s=left_s / self._count_from(place))
            streams.append(named.model.stream(messages, share))
            attempt = _Attempt(named, streams[-1], self._check(), WaitBudget(share, self._now_s))
            try:
                async with aclosing(attempt.deltas()) as deltas:
                    async for delta in deltas:
                        yield delta
            except LanguageModelError:
                if attempt.has_begun:
                    raise
            else:
                return
        raise LanguageModelError("No language model has given a usable answer in time.")

    def _count_from(self, place: int) -> int:
        """Return how many models share the time that is left: those that would be asked."""
        return 1 + sum(not named.breaker.is_open for named in self._models[place + 1 :])


class _Attempt:
    """One model's attempt at an answer. Its outcome goes to the model's breaker."""

    def __init__(self, named: NamedModel, stream: ChatStream, check: AnswerCheck, budget: WaitBudget) -> None:
        self.has_begun = False
        self._named = named
        self._stream = stream
        self._check = check
        self._budget = budget

    async def deltas(self) -> AsyncGenerator[TextDelta, None]:
        """Yield the answer; the first delta holds everything until it became usable."""
        with self._named.breaker.attempt() as outcome:
            try:
                async with aclosing(self._usable()) as deltas:
                    async for delta in deltas:
                        if not self.has_begun:
                            self.has_begun = True
                            outcome.succeeded()
                        yield delta
            except UnusableAnswer:
                raise
            except LanguageModelError as error:
                outcome.failed(permanent=error.permanent)
                self._log(error)
                raise

    async def _usable(self) -> AsyncGenerator[TextDelta, None]:
        held = ""
        async with aclosing(self._stream) as stream:
            while True:
                try:
                    delta = await self._budget.wait(anext(stream))
                except StopAsyncIteration:
                    break
                is_usable = self._check.push(delta.text)
                if self.has_begun:
                    yield delta
                    continue
                held += delta.text
                if is_usable:
                    yield TextDelta(held, delta.model)
                    self._budget.begin()
        if not self.has_begun:
            if not self._check.finish():
                raise UnusableAnswer("The language model wrote nothing usable.")
            yield TextDelta(held, self._named.name)

    def _log(self, error: LanguageModelError) -> None:
        logger.warning(
            "language model failed: model=%s permanent=%s breaker_open=%s",
            self._named.name,
            error.permanent,
            self._named.breaker.is_open,
        )
