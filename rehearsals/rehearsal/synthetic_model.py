"""A synthetic language model: composes seeded sentences from word lists, with the faults of a real model."""

import asyncio
import json
import tomllib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import cache
from importlib.resources import files
from random import Random

from planner.stage.lines import template_language
from planner.stage.spoken_answer import SpokenAnswerCheck
from providers.breaker import CircuitBreaker
from providers.language_models.errors import LanguageModelError
from providers.language_models.estimates import CHARACTERS_PER_TOKEN, estimate_input_tokens
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.ports import ChatStream, Limits, Message, TextDelta, Usage

NAME = "rehearsal"
PROVIDER, PRICED_AS = "openai", "gpt-4o-mini"
FIRST_TOKEN_AFTER_S = 0.6
TOKEN_EVERY_S = 0.02
HANG_S = 30.0
# Probabilities of the faults of real models: an earlier text again, no answer, an error, an unsafe text.
REPETITION, HANG, FAILURE, UNSAFE = 0.06, 0.02, 0.02, 0.03
MENTION = 0.3  # of a word from the viewer's line
MIN_TOPIC_LENGTH = 4


class SyntheticModel:
    """A `ChatModel` that writes plausible sentences and plausible faults, so that the gates have work."""

    def __init__(self, *, seed: int, language: str) -> None:
        self._random = Random(f"writer/{seed}")  # noqa: S311 (no secret)
        self._phrases = _phrases(template_language(language))
        self._written: deque[str] = deque(maxlen=100)

    def stream(self, messages: Sequence[Message], limits: Limits) -> ChatStream:
        """Return an answer to the last message."""
        used: list[int] = []

        def usage() -> tuple[Usage, ...]:
            tokens = (estimate_input_tokens(messages), sum(used))
            return (Usage(PROVIDER, PRICED_AS, *tokens, is_estimated=True),) if used else ()

        return ChatStream(self._deltas(messages, used), usage)

    async def _deltas(self, messages: Sequence[Message], used: list[int]) -> AsyncGenerator[TextDelta, None]:
        used.append(0)
        draw = self._random.random()
        await asyncio.sleep(self._random.uniform(0.6, 1.6) * FIRST_TOKEN_AFTER_S)
        if draw < HANG:
            await asyncio.sleep(HANG_S)
        if draw < HANG + FAILURE:
            raise LanguageModelError("The synthetic model simulates a failure.")
        for word in self._text(_viewer_text(messages), draw).split(" "):
            used.append(max(len(word) // CHARACTERS_PER_TOKEN, 1))
            yield TextDelta(f"{word} ", NAME)
            await asyncio.sleep(TOKEN_EVERY_S)

    def _text(self, viewer_text: str, draw: float) -> str:
        if draw < HANG + FAILURE + UNSAFE:
            return self._random.choice(self._phrases["unsafe"])
        if self._written and draw < HANG + FAILURE + UNSAFE + REPETITION:
            return self._random.choice(self._written)
        text = self._compose(viewer_text)
        self._written.append(text)
        return text

    def _compose(self, viewer_text: str) -> str:
        pick, phrases = self._random.choice, self._phrases
        topics = [word for word in viewer_text.split() if word.isalpha() and len(word) >= MIN_TOPIC_LENGTH]
        if topics and self._random.random() < MENTION:
            opening = pick(phrases["mention"]).format(topic=max(topics, key=len).casefold())
        else:
            opening = pick(phrases["opening"])
        first = f"{opening} {pick(phrases['thought'])} {pick(phrases['detail'])}."
        return f"{first} {pick(phrases['turn'])} {pick(phrases['question'])}?"


def with_fallback(model: SyntheticModel, now_s: Callable[[], float]) -> FallbackChatModel:
    """Return a model behind the deadline, check and breaker that a real one has."""
    named = NamedModel(NAME, model, CircuitBreaker(now_s=now_s))
    return FallbackChatModel([named], check=SpokenAnswerCheck, now_s=now_s)


def _viewer_text(messages: Sequence[Message]) -> str:
    """Return what a viewer wrote, from the last message's data; empty for every other turn."""
    return str(json.loads(messages[-1].content).get("text", ""))


@cache
def _phrases(language: str) -> dict[str, list[str]]:
    path = files(__package__).joinpath(f"sentences_{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
