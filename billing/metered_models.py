"""Reports what language models and embeddings use, and asks none of them once the cap is reached."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from billing.prices import PriceBook
from billing.usage import SpendCap, UsageKind, UsageRecord
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import (
    ChatModel,
    ChatStream,
    Embedder,
    Embeddings,
    Limits,
    Message,
    TextDelta,
    Usage,
)


class MeteredChatModel:
    """A `ChatModel` that reports every request, also one that was cut off or failed."""

    def __init__(self, model: ChatModel, cap: SpendCap) -> None:
        self._model = model
        self._cap = cap

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        """Return the answer's stream; it raises `LanguageModelError` when the cap is reached."""
        opened: list[ChatStream] = []
        deltas = self._deltas(messages, limits, opened)
        return ChatStream(deltas, lambda: opened[0].usage if opened else ())

    async def _deltas(
        self, messages: Sequence[Message], limits: Limits, opened: list[ChatStream]
    ) -> AsyncGenerator[TextDelta, None]:
        started_s = time.monotonic()
        if not await self._cap.allows():
            raise LanguageModelError("The spend cap is reached.", permanent=True)
        left_s = limits.first_text_s - (time.monotonic() - started_s)
        opened.append(self._model.stream(messages, replace(limits, first_text_s=left_s)))
        try:
            async with aclosing(opened[0]) as stream:
                async for delta in stream:
                    yield delta
        finally:
            for usage in opened[0].usage:
                report(self._cap, usage)


class MeteredEmbedder:
    """An `Embedder` that reports every request."""

    def __init__(self, embedder: Embedder, cap: SpendCap) -> None:
        self._embedder = embedder
        self._cap = cap

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text. Raises `LanguageModelError`, also when the cap is reached."""
        if not await self._cap.allows():
            raise LanguageModelError("The spend cap is reached.", permanent=True)
        try:
            embeddings = await self._embedder.embed(texts)
        except LanguageModelError as error:
            self._report(error.usage)
            raise
        self._report(embeddings.usage)
        return embeddings

    def _report(self, usage: Sequence[Usage]) -> None:
        for used in usage:
            kind = UsageKind.EMBEDDING_TOKENS
            self._cap.record(
                UsageRecord(kind, used.input_tokens, used.provider, used.model, self._cap.subject)
            )


def report(cap: SpendCap, usage: Usage) -> None:
    """Report the tokens of one request to a language model."""
    for kind, tokens in _tokens(usage):
        cap.record(UsageRecord(kind, tokens, usage.provider, usage.model, cap.subject))


def cost_usd_of(usage: Usage, prices: PriceBook) -> float:
    """Return what one request to a language model costs, in US dollars."""
    return sum(prices.cost_usd(kind, tokens, usage.provider, usage.model) for kind, tokens in _tokens(usage))


def _tokens(usage: Usage) -> tuple[tuple[UsageKind, int], ...]:
    return (
        (UsageKind.INPUT_TOKENS, usage.input_tokens),
        (UsageKind.OUTPUT_TOKENS, usage.output_tokens),
    )
