"""Any server that speaks OpenAI's chat completions: a prompt goes in, pieces of the reply stream out."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any, cast

from openai import APIError, APIStatusError, AsyncOpenAI, BadRequestError, OpenAIError
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from planner.errors import PlannerError
from planner.stage.ports import Prompt
from planner.stage.prompt import ChatMessage, build_messages
from planner.stage.turn import TokenUsage

# A usual rule for European languages, for servers that do not count: OpenAI says about 4 characters a token.
CHARACTERS_PER_TOKEN = 4
TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})


class OpenAIChatModel:
    """A `LanguageModel` behind an OpenAI-shaped server. It never retries: the pipeline decides.

    `timeout_s` is the longest wait for the connection and for each next piece. Close it with `aclose`.
    """

    def __init__(
        self, *, api_key: str, base_url: str, model: str, timeout_s: float, max_tokens: int = 160
    ) -> None:
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout_s, max_retries=0)
        self._model = model
        self._timeout_s = timeout_s
        self._max_tokens = max_tokens
        self._limit_name = "max_tokens"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the reply as it comes. Raises `PlannerError` for every fault, an empty reply among them.

        `usage` is estimated until the server tells its own count, so a reply that is cut off counts too.
        """
        messages = build_messages(prompt)
        usage.model = self._model
        usage.prompt_tokens = _estimate(messages)
        try:
            async with aclosing(self._pieces(messages, usage)) as pieces:
                async for piece in pieces:
                    yield piece
        except TimeoutError as error:
            raise PlannerError("The language model did not answer in time.") from error
        except OpenAIError as error:
            raise _as_planner_error(error) from error
        except ValueError as error:
            raise PlannerError("The language model answered with something unreadable.") from error

    async def _pieces(self, messages: list[ChatMessage], usage: TokenUsage) -> AsyncGenerator[str, None]:
        written, finish_reason = 0, ""
        async with aclosing(self._chunks(messages)) as chunks:
            async for chunk in chunks:
                _count(chunk, usage)
                piece, reason = _read(chunk)
                finish_reason = reason or finish_reason
                if not piece:
                    continue
                written += len(piece)
                usage.completion_tokens = -(-written // CHARACTERS_PER_TOKEN)
                yield piece
        if finish_reason == "content_filter":
            raise PlannerError("The language model's filter stopped the reply.")
        if not written:
            raise PlannerError("The language model's reply was empty.")
        if not finish_reason:
            raise PlannerError("The language model's reply was cut off.")

    async def _chunks(self, messages: list[ChatMessage]) -> AsyncGenerator[ChatCompletionChunk, None]:
        stream = await self._open(messages)
        async with stream:
            chunks: AsyncIterator[ChatCompletionChunk] = stream.__aiter__()
            while True:
                try:
                    # A server that only sends keep-alives never trips the client's own read timeout.
                    async with asyncio.timeout(self._timeout_s):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
                yield chunk

    async def _open(self, messages: list[ChatMessage]) -> Any:
        try:
            return await self._request(messages)
        except BadRequestError as error:
            # Newer models know only the new name of the limit, and most other servers only the old one.
            if error.param != "max_tokens" or self._limit_name != "max_tokens":
                raise
            self._limit_name = "max_completion_tokens"
        return await self._request(messages)

    async def _request(self, messages: list[ChatMessage]) -> Any:
        async with asyncio.timeout(self._timeout_s):
            return await self._client.chat.completions.create(
                model=self._model,
                messages=cast("Iterable[ChatCompletionMessageParam]", messages),
                stream=True,
                stream_options={"include_usage": True},
                extra_body={self._limit_name: self._max_tokens},
            )


def _read(chunk: ChatCompletionChunk) -> tuple[str, str]:
    """Return a chunk's text and finish reason. The client does not validate: nothing is sure to be there."""
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list) or not choices:
        return "", ""
    content = getattr(getattr(choices[0], "delta", None), "content", None)
    reason = getattr(choices[0], "finish_reason", None)
    return content if isinstance(content, str) else "", reason if isinstance(reason, str) else ""


def _count(chunk: ChatCompletionChunk, usage: TokenUsage) -> None:
    told = getattr(chunk, "usage", None)
    prompt_tokens = getattr(told, "prompt_tokens", None)
    completion_tokens = getattr(told, "completion_tokens", None)
    if isinstance(prompt_tokens, int) and isinstance(completion_tokens, int):
        usage.prompt_tokens, usage.completion_tokens = prompt_tokens, completion_tokens


def _estimate(messages: list[ChatMessage]) -> int:
    return sum(-(-len(message["content"]) // CHARACTERS_PER_TOKEN) for message in messages)


def _as_planner_error(error: OpenAIError) -> PlannerError:
    """Name the fault without the server's words, which may quote the prompt."""
    if isinstance(error, APIStatusError):
        permanent = 400 <= error.status_code < 500 and error.status_code not in TRANSIENT_STATUSES
        return PlannerError(f"The language model answered HTTP {error.status_code}.", permanent=permanent)
    if isinstance(error, APIError):
        return PlannerError(f"The language model failed: {type(error).__name__}.")
    return PlannerError("The language model client is not usable.", permanent=True)
