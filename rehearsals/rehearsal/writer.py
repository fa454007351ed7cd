"""A language model that is none: prompts go in, plausible sentences and plausible faults come out, seeded."""

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
FIRST_PIECE_AFTER_S = 0.6
PIECE_EVERY_S = 0.02
HANGS_FOR_S = 30.0
CHARACTERS_PER_TOKEN = 4
# How often it does what real models do now and then.
REPEATS, HANGS, FAILS, POISONS = 0.06, 0.02, 0.02, 0.03
MENTIONS = 0.3
SHORTEST_TOPIC = 4


class SeededWriter:
    """A `LanguageModel`. It repeats itself, hangs, fails and gives itself away, so that the gates show."""

    def __init__(self, *, seed: int) -> None:
        self._random = Random(f"writer/{seed}")  # noqa: S311 (no secret)
        self._written: deque[str] = deque(maxlen=100)

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        usage.prompt_tokens += sum(
            len(message["content"]) // CHARACTERS_PER_TOKEN for message in build_messages(prompt)
        )
        mood = self._random.random()
        await asyncio.sleep(self._random.uniform(0.6, 1.6) * FIRST_PIECE_AFTER_S)
        if mood < HANGS:
            await asyncio.sleep(HANGS_FOR_S)
        if mood < HANGS + FAILS:
            raise PlannerError("The rehearsal's model was told to fail.")
        for word in self._text(prompt, mood).split(" "):
            usage.completion_tokens += max(len(word) // CHARACTERS_PER_TOKEN, 1)
            yield f"{word} "
            await asyncio.sleep(PIECE_EVERY_S)

    def _text(self, prompt: Prompt, mood: float) -> str:
        words = _words(template_language(prompt.turn.language or prompt.character.language))
        if mood < HANGS + FAILS + POISONS:
            return self._random.choice(words["poison"])
        if self._written and mood < HANGS + FAILS + POISONS + REPEATS:
            return self._random.choice(self._written)
        text = self._compose(words, prompt.turn.text)
        self._written.append(text)
        return text

    def _compose(self, words: dict[str, list[str]], heard: str) -> str:
        pick = self._random.choice
        topics = [word for word in heard.split() if word.isalpha() and len(word) >= SHORTEST_TOPIC]
        if topics and self._random.random() < MENTIONS:
            opening = pick(words["mention"]).format(topic=max(topics, key=len).casefold())
        else:
            opening = pick(words["opening"])
        first = f"{opening} {pick(words['thought'])} {pick(words['detail'])}."
        return f"{first} {pick(words['turn'])} {pick(words['question'])}?"


def fallback_of(writer: LanguageModel, now_s: Callable[[], float]) -> FallbackModel:
    """Return the writer behind the same deadline, breaker and meter that a real model has."""
    named = NamedModel("rehearsal", writer, CircuitBreaker(now_s=now_s), price_of(PRICED_AS))
    return FallbackModel([named], now_s=now_s)


@cache
def _words(language: str) -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath(f"words_{language}.toml").read_text(encoding="utf-8"))
