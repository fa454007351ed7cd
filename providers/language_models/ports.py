"""Ports of language models and embeddings, and the values that pass through them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model may write, and how long it is waited for.

    The first usable text comes within `first_text_s` seconds of the call. For the rest of the answer the
    caller waits `rest_s` in all; the time that the caller itself needs between two pieces does not count.
    """

    max_output_tokens: int = 160
    first_text_s: float = 4.0
    rest_s: float = 8.0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of an answer, and the model that wrote it."""

    text: str
    model: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that one request used. `is_estimated` until the server has reported its own count."""

    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    is_estimated: bool


class ChatStream:
    """One answer while it is written: iterate it for the text, and close it with `aclosing`.

    `usage` is current at any time, also after an early close or an error: one entry for each model that was
    asked, none when nothing was sent.
    """

    def __init__(
        self, deltas: AsyncGenerator[TextDelta, None], current_usage: Callable[[], tuple[Usage, ...]]
    ) -> None:
        self._deltas = deltas
        self._current_usage = current_usage

    @property
    def usage(self) -> tuple[Usage, ...]:
        return self._current_usage()

    def __aiter__(self) -> AsyncIterator[TextDelta]:
        return self

    async def __anext__(self) -> TextDelta:
        return await anext(self._deltas)

    async def aclose(self) -> None:
        """Stop the answer and release its connection."""
        await self._deltas.aclose()


class ChatModel(Protocol):
    """Writes answers. Errors are raised as `LanguageModelError` while iterating, never written as text."""

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        """Return the answer's stream. Nothing is sent before the first iteration."""


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors in the order of the texts: float32, shape (texts, dimensions). One `usage` entry a request."""

    vectors: NDArray[np.float32]
    usage: tuple[Usage, ...]


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text.

        Raises `ValueError` for a blank text, and `LanguageModelError` when the service gives no valid answer.
        """
