"""Asks an OpenAI-shaped server for embeddings."""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from providers.language_models.errors import LanguageModelError
from providers.language_models.estimates import estimate_tokens
from providers.language_models.openai_server import OpenAIServer, Refused
from providers.language_models.ports import Embeddings, Usage

PATH = "/embeddings"
MAX_BATCH_TEXTS = 128
# OpenAI takes 300,000 tokens a request; a character is at most a few of them.
MAX_BATCH_CHARACTERS = 100_000
# A number as decimal text takes about 12 bytes; the rest is room for names and spaces.
MAX_BYTES_PER_NUMBER = 32
MAX_DIMENSIONS = 8_192

Vector = NDArray[np.float32]


class OpenAIEmbedder:
    """An `Embedder` behind an OpenAI-shaped server.

    `dimensions` is the length that its vectors must have. `timeout_s` bounds each request, of at most
    `max_batch_texts` texts; all of them are needed, so the first failure ends the call.
    """

    def __init__(
        self,
        server: OpenAIServer,
        model: str,
        *,
        dimensions: int,
        timeout_s: float = 30.0,
        max_batch_texts: int = MAX_BATCH_TEXTS,
    ) -> None:
        if not 0 < dimensions <= MAX_DIMENSIONS:
            raise ValueError(f"dimensions must be 1 to {MAX_DIMENSIONS}.")
        self._server = server
        self._model = model
        self._dimensions = dimensions
        self._timeout_s = timeout_s
        self._max_batch_texts = max_batch_texts
        self._asks_for_base64 = True

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text. Raises `ValueError` for a blank text, and `LanguageModelError`."""
        if not all(text.strip() for text in texts):
            raise ValueError("A blank text has no embedding.")
        vectors: list[Vector] = []
        usage: list[Usage] = []
        try:
            for batch in _batches(texts, self._max_batch_texts):
                answer = await self._ask(batch)
                usage.append(self._usage_in(answer, batch))
                vectors.extend(self._vectors_in(answer, len(batch)))
        except LanguageModelError as error:
            error.usage = tuple(usage)
            raise
        shape = (len(texts), self._dimensions)
        return Embeddings(np.array(vectors, dtype=np.float32).reshape(shape), tuple(usage))

    async def _ask(self, batch: Sequence[str]) -> Any:
        try:
            return await self._post(batch)
        except Refused as refusal:
            if not (self._asks_for_base64 and refusal.names("encoding_format")):
                raise
            self._asks_for_base64 = False
        return await self._post(batch)

    async def _post(self, batch: Sequence[str]) -> Any:
        body: dict[str, Any] = {"model": self._model, "input": list(batch)}
        if self._asks_for_base64:  # several times quicker to read than decimal numbers
            body["encoding_format"] = "base64"
        max_bytes = (len(batch) * self._dimensions + MAX_DIMENSIONS) * MAX_BYTES_PER_NUMBER
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._server.post(PATH, body, max_bytes=max_bytes)
        except TimeoutError as error:
            raise LanguageModelError(f"{self._server.service} did not answer in time.") from error

    def _vectors_in(self, answer: Any, count: int) -> list[Vector]:
        """Return the vectors in the order of the texts. The server may list them in any order."""
        try:
            rows = {row["index"]: _vector(row["embedding"]) for row in answer["data"]}
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._server.unreadable() from error
        if set(rows) != set(range(count)) or len(answer["data"]) != count:
            raise self._server.unreadable()
        if any(row.shape != (self._dimensions,) for row in rows.values()):
            raise LanguageModelError(
                f"{self._server.service} gives vectors of another length than configured.", permanent=True
            )
        if not all(np.isfinite(row).all() for row in rows.values()):
            raise self._server.unreadable()
        return [rows[index] for index in range(count)]

    def _usage_in(self, answer: Any, batch: Sequence[str]) -> Usage:
        match answer:
            case {"usage": {"prompt_tokens": int(tokens)}} if tokens > 0:
                return Usage(self._server.provider, self._model, tokens, 0, is_estimated=False)
        tokens = sum(estimate_tokens(len(text)) for text in batch)
        return Usage(self._server.provider, self._model, tokens, 0, is_estimated=True)


def _vector(encoded: Any) -> Vector:
    """Return a vector that came as base64 of little-endian float32, or as a list of numbers."""
    if isinstance(encoded, str):
        return np.frombuffer(base64.b64decode(encoded, validate=True), dtype="<f4").astype(np.float32)
    if not (isinstance(encoded, list) and all(isinstance(number, int | float) for number in encoded)):
        raise TypeError("An embedding is neither base64 nor a list of numbers.")
    with np.errstate(over="ignore"):  # a number beyond float32 becomes infinite, and is refused as such
        return np.array(encoded, dtype=np.float64).astype(np.float32)


def _batches(texts: Sequence[str], max_texts: int) -> Iterator[Sequence[str]]:
    """Split texts into batches of a bounded number of texts and characters; a long text has its own."""
    start, characters = 0, 0
    for index, text in enumerate(texts):
        is_full = index - start >= max_texts or characters + len(text) > MAX_BATCH_CHARACTERS
        if is_full and index > start:
            yield texts[start:index]
            start, characters = index, 0
        characters += len(text)
    if texts:
        yield texts[start:]
