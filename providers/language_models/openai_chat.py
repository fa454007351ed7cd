"""Streams answers of an OpenAI-shaped server's chat completions."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import Any

import httpx

from providers.language_models.deadlines import WaitBudget
from providers.language_models.errors import LanguageModelError
from providers.language_models.estimates import estimate_input_tokens, estimate_tokens
from providers.language_models.openai_server import OpenAIServer, Refused, is_permanent
from providers.language_models.ports import ChatStream, Limits, Message, TextDelta, Usage
from providers.language_models.server_sent_events import MalformedEvents, read_events

PATH = "/chat/completions"
DONE = b"[DONE]"
# Reading to the end of the body lets the connection be used again. It is not worth a longer wait.
DRAIN_S = 0.2


class OpenAIChatModel:
    """A `ChatModel` behind an OpenAI-shaped server.

    Only the text of the answer is yielded: reasoning, tool calls and refusals are not.
    """

    def __init__(self, server: OpenAIServer, model: str) -> None:
        self._server = server
        self._model = model
        self._limit_name = "max_tokens"
        self._asks_for_usage = True

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        """Return the answer's stream. It raises `LanguageModelError`, also for an empty answer."""
        answer = _Answer(self._server.provider, self._model)
        return ChatStream(self._deltas(messages, limits, answer), answer.usage)

    async def _deltas(
        self, messages: Sequence[Message], limits: Limits, answer: "_Answer"
    ) -> AsyncGenerator[TextDelta, None]:
        budget = WaitBudget(limits)
        answer.input_tokens = estimate_input_tokens(messages)
        async with aclosing(self._events(messages, limits, budget)) as events:
            async for data in events:
                text = answer.read(self._chunk(data))
                if text:
                    budget.begin()
                    yield TextDelta(text, self._model)
        answer.check()

    async def _events(
        self, messages: Sequence[Message], limits: Limits, budget: WaitBudget
    ) -> AsyncGenerator[bytes, None]:
        """Yield the data of each event, the closing one last."""
        async with AsyncExitStack() as stack:
            response = await budget.wait(stack.enter_async_context(self._response(messages, limits)))
            events = await stack.enter_async_context(aclosing(read_events(response.aiter_raw())))
            while True:
                try:
                    data = await budget.wait(anext(events))
                except StopAsyncIteration:
                    return
                except MalformedEvents as error:
                    raise self._server.unreadable() from error
                yield data
                if data == DONE:
                    await _drain(events)
                    return

    @asynccontextmanager
    async def _response(
        self, messages: Sequence[Message], limits: Limits
    ) -> AsyncGenerator[httpx.Response, None]:
        """Open the response, asking again without a parameter that this server does not know."""
        limit_name, asks_for_usage = self._limit_name, self._asks_for_usage
        while True:
            body = self._body(messages, limits, limit_name, asks_for_usage)
            try:
                async with self._server.open(PATH, body) as response:
                    self._limit_name, self._asks_for_usage = limit_name, asks_for_usage
                    yield response
                    return
            except Refused as refusal:
                if limit_name == "max_tokens" and refusal.names("max_tokens"):
                    # Newer models know only the new name of the limit, most other servers only the old one.
                    limit_name = "max_completion_tokens"
                elif asks_for_usage and refusal.names("stream_options"):
                    asks_for_usage = False
                else:
                    raise

    def _body(
        self, messages: Sequence[Message], limits: Limits, limit_name: str, asks_for_usage: bool
    ) -> dict[str, Any]:
        body = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": True,
            limit_name: limits.max_output_tokens,
        }
        return {**body, "stream_options": {"include_usage": True}} if asks_for_usage else body

    def _chunk(self, data: bytes) -> dict[str, Any]:
        if data == DONE:
            return {"done": True}
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._server.unreadable() from error
        return chunk if isinstance(chunk, dict) else {}


class _Answer:
    """What was received of one streamed answer so far. A chunk may have any shape."""

    def __init__(self, provider: str, model: str) -> None:
        self.input_tokens: int | None = None
        self._provider = provider
        self._model = model
        self._characters = 0
        self._reported: tuple[int, int] | None = None
        self._finish_reason = ""

    def usage(self) -> tuple[Usage, ...]:
        """Return what the answer has used, as reported or as estimated; nothing before it was asked for."""
        if self.input_tokens is None:
            return ()
        used = self._reported or (self.input_tokens, estimate_tokens(self._characters))
        return (Usage(self._provider, self._model, *used, is_estimated=self._reported is None),)

    def read(self, chunk: dict[str, Any]) -> str:
        """Return a chunk's text, and note its finish reason and usage. Raise for an error in the stream."""
        if "error" in chunk or chunk.get("object") == "error":
            raise _error_in_stream(chunk)
        if chunk.get("usage"):
            self._note_usage(chunk["usage"])
        text, reason = _choice_of(chunk)
        self._finish_reason = reason or self._finish_reason or ("done" if "done" in chunk else "")
        self._characters += len(text)
        return text

    def check(self) -> None:
        """Raise for an answer that did not end as it should."""
        if self._finish_reason == "content_filter":
            raise LanguageModelError("The language model's filter stopped the answer.")
        if self._finish_reason == "error":
            raise LanguageModelError("The language model failed while it wrote.")
        if not self._characters:
            raise LanguageModelError("The language model's answer was empty.")
        if not self._finish_reason:
            raise LanguageModelError("The language model's answer was cut off.")

    def _note_usage(self, reported: Any) -> None:
        if not isinstance(reported, dict):
            return
        counts = (reported.get("prompt_tokens"), reported.get("completion_tokens"))
        match counts:
            case (int(input_tokens), int(output_tokens)) if input_tokens >= 0 and output_tokens >= 0:
                self._reported = (input_tokens, output_tokens)


def _choice_of(chunk: dict[str, Any]) -> tuple[str, str]:
    """Return the text and the finish reason of a chunk's first choice, each empty when it has none."""
    match chunk.get("choices"):
        case [dict(choice), *_]:
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else ""
            reason = choice.get("finish_reason")
            return text if isinstance(text, str) else "", reason if isinstance(reason, str) else ""
    return "", ""


def _error_in_stream(chunk: dict[str, Any]) -> LanguageModelError:
    """Return the error that a server reports after status 200; `code` is then often the status."""
    told = chunk.get("error", chunk)
    code = told.get("code") if isinstance(told, dict) else None
    permanent = is_permanent(code) if isinstance(code, int) else False
    return LanguageModelError("The language model reported an error.", permanent=permanent)


async def _drain(events: AsyncIterator[bytes]) -> None:
    with suppress(TimeoutError, LanguageModelError, MalformedEvents, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_S):
            async for _ in events:
                pass
