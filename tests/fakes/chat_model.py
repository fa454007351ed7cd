"""Chat models that write what the test tells them to, at once or in their own time."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Any

from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import ChatStream, Limits, Message, TextDelta, Usage

INPUT_TOKENS, OUTPUT_TOKENS_PER_PIECE = 1_000, 100


class FakeChatModel:
    """Writes `pieces`, then raises `error` if there is one. `requests` are the messages it was given.

    It uses `input_tokens` for each request, and counts no others.
    """

    name = "fake"

    def __init__(self, *pieces: str, error: LanguageModelError | None = None, input_tokens: int = 0) -> None:
        self._pieces = pieces
        self._error = error
        self._input_tokens = input_tokens
        self.requests: list[Sequence[Message]] = []
        self.limits: list[Limits] = []
        self.given = 0
        self.closed = False

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        used = Usage("openai", self.name, self._input_tokens, 0, is_estimated=False)
        return ChatStream(self._deltas(messages, limits), lambda: (used,) if self._input_tokens else ())

    @property
    def turns(self) -> list[dict[str, Any]]:
        """The data of each request's last message: what there was to answer, or to sum up."""
        return [json.loads(messages[-1].content) for messages in self.requests]

    def replies_in(self, number: int) -> list[str]:
        """Return the earlier replies that a request tells of."""
        return [message.content for message in self.requests[number] if message.role == "assistant"]

    async def _deltas(self, messages: Sequence[Message], limits: Limits) -> AsyncGenerator[TextDelta, None]:
        self.requests.append(messages)
        self.limits.append(limits)
        try:
            for piece in self._next_pieces():
                self.given += 1
                yield TextDelta(piece, self.name)
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True

    def _next_pieces(self) -> Sequence[str]:
        return self._pieces


class FakeScriptedModel(FakeChatModel):
    """Answers each time with the next of its replies."""

    name = "scripted"

    def __init__(self, *replies: str) -> None:
        super().__init__()
        self._replies = list(replies)

    def _next_pieces(self) -> Sequence[str]:
        return [f"{word} " for word in self._replies.pop(0).split(" ")]


class FakePiecewiseModel(FakeChatModel):
    """Answers each time with the next of its replies, in pieces of `size` characters."""

    def __init__(self, *replies: str, size: int) -> None:
        super().__init__()
        self._replies = list(replies)
        self._size = size

    def _next_pieces(self) -> Sequence[str]:
        reply = self._replies.pop(0)
        return [reply[start : start + self._size] for start in range(0, len(reply), self._size)]


class FakeSlowModel:
    """Writes each piece after its delay, in seconds. `asked` counts the requests."""

    def __init__(self, *pieces: tuple[float, str], name: str = "fake") -> None:
        self.pieces: Iterator[tuple[float, str]] = iter(pieces)
        self.asked = 0
        self._name = name

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        used: list[int] = []

        def usage() -> tuple[Usage, ...]:
            output = OUTPUT_TOKENS_PER_PIECE * (len(used) - 1)
            return (Usage("openai", self._name, INPUT_TOKENS, output, is_estimated=True),) if used else ()

        return ChatStream(self._deltas(used.append), usage)

    async def _deltas(self, note: Callable[[int], None]) -> AsyncGenerator[TextDelta, None]:
        self.asked += 1
        note(INPUT_TOKENS)
        for delay_s, piece in self.pieces:
            await asyncio.sleep(delay_s)
            note(OUTPUT_TOKENS_PER_PIECE)
            yield TextDelta(piece, self._name)
