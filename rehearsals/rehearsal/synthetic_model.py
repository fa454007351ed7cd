"""A synthetic language model: composes seeded sentences from word lists, with the faults of a real model."""

import asyncio
import tomllib
from collections import deque
from collections.abc import AsyncGenerator, Callable
from functools import cache
from importlib.resources import files
from random import Random

from planner.errors import PlannerError
from planner.stage.fallback import FallbackModel, NamedModel
from planner.stage.lines import template_language
from planner.stage.ports import LanguageModel, Prompt
from planner.stage.prices import price_of
from planner.stage.prompt import build_messages
from planner.stage.turn import TokenUsage
from providers.breaker import CircuitBreaker

PRICED_AS = "gpt-4o-mini"
FIRST_TOKEN_AFTER_S = 0.6
TOKEN_EVERY_S = 0.02
HANG_S = 30.0
CHARACTERS_PER_TOKEN = 4
# Probabilities of the faults of real models: an earlier text again, no answer, an error, an unsafe text.
REPETITION, HANG, FAILURE, UNSAFE = 0.06, 0.02, 0.02, 0.03
MENTION = 0.3  # of a word from the viewer's line
MIN_TOPIC_LENGTH = 4


class SyntheticModel:
    """A `LanguageModel` that writes plausible sentences and plausible faults, so that the gates have work."""

    def __init__(self, *, seed: int) -> None:
        self._random = Random(f"writer/{seed}")  # noqa: S311 (no secret)
        self._written: deque[str] = deque(maxlen=100)

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        usage.prompt_tokens += sum(
            len(message["content"]) // CHARACTERS_PER_TOKEN for message in build_messages(prompt)
        )
        draw = self._random.random()
        await asyncio.sleep(self._random.uniform(0.6, 1.6) * FIRST_TOKEN_AFTER_S)
        if draw < HANG:
            await asyncio.sleep(HANG_S)
        if draw < HANG + FAILURE:
            raise PlannerError("The synthetic model simulates a failure.")
        for word in self._text(prompt, draw).split(" "):
            usage.completion_tokens += max(len(word) // CHARACTERS_PER_TOKEN, 1)
            yield f"{word} "
            await asyncio.sleep(TOKEN_EVERY_S)

    def _text(self, prompt: Prompt, draw: float) -> str:
        phrases = _phrases(template_language(prompt.turn.language or prompt.character.language))
        if draw < HANG + FAILURE + UNSAFE:
            return self._random.choice(phrases["unsafe"])
        if self._written and draw < HANG + FAILURE + UNSAFE + REPETITION:
            return self._random.choice(self._written)
        text = self._compose(phrases, prompt.turn.text)
        self._written.append(text)
        return text

    def _compose(self, phrases: dict[str, list[str]], viewer_text: str) -> str:
        pick = self._random.choice
        topics = [word for word in viewer_text.split() if word.isalpha() and len(word) >= MIN_TOPIC_LENGTH]
        if topics and self._random.random() < MENTION:
            opening = pick(phrases["mention"]).format(topic=max(topics, key=len).casefold())
        else:
            opening = pick(phrases["opening"])
        first = f"{opening} {pick(phrases['thought'])} {pick(phrases['detail'])}."
        return f"{first} {pick(phrases['turn'])} {pick(phrases['question'])}?"


def with_fallback(model: LanguageModel, now_s: Callable[[], float]) -> FallbackModel:
    """Return a model behind the deadline, breaker and meter that a real one has."""
    named = NamedModel("rehearsal", model, CircuitBreaker(now_s=now_s), price_of(PRICED_AS))
    return FallbackModel([named], now_s=now_s)


@cache
def _phrases(language: str) -> dict[str, list[str]]:
    path = files(__package__).joinpath(f"sentences_{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
