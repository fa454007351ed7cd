"""A language model that fails while nobody has asked: at the creator's points, and at the summary."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from planner.providers.openai_chat import OpenAIChatModel
from planner.stage.fallback import FallbackModel, NamedModel
from planner.stage.planner import Planner
from planner.stage.turn import TokenUsage, Turn, TurnKind
from providers.breaker import CircuitBreaker
from tests.fakes.openai_chat import Answer, FakeOpenAIChat
from tests.planner.test_language_model_outage import BACK, BROKEN, CHARACTER, UNSPEAKABLE

POINT = "the harvest festival and its old songs"
ALL = {**BROKEN, **UNSPEAKABLE}


@asynccontextmanager
async def planner_with(fake: FakeOpenAIChat) -> AsyncIterator[Planner]:
    model = OpenAIChatModel(api_key="x", base_url=fake.base_url, model="fake", timeout_s=0.3)
    chain = FallbackModel([NamedModel("fake", model, CircuitBreaker())], deadline_s=0.6)
    try:
        yield Planner(chain, CHARACTER)
    finally:
        await model.aclose()


async def said(planner: Planner, turn: Turn, usage: TokenUsage) -> str:
    async with aclosing(planner.plan(turn, usage)) as sentences:
        return " ".join([sentence async for sentence in sentences])


@pytest.mark.parametrize("kind", [TurnKind.TOPIC, TurnKind.ANNOUNCEMENT])
@pytest.mark.parametrize("broken", ALL.values(), ids=ALL)
async def test_the_point_itself_is_said_and_nothing_of_the_provider(broken: Answer, kind: TurnKind) -> None:
    usage = TokenUsage()
    with FakeOpenAIChat(broken) as fake:
        async with planner_with(fake) as planner:
            line = await said(planner, Turn(kind, "", "en", point=POINT), usage)
    assert POINT in line
    assert usage.model == "offline"
    assert "zebra" not in line.casefold()
    assert fake.requests


@pytest.mark.parametrize("broken", ALL.values(), ids=ALL)
async def test_a_summary_that_fails_leaves_a_digest_and_nothing_of_the_provider(broken: Answer) -> None:
    with FakeOpenAIChat(broken, BACK) as fake:
        async with planner_with(fake) as planner:
            for number in range(26):
                turn = Turn(TurnKind.COMMENT, "Anna", "en", text="tell me about the festival")
                planner.remember(turn, f"Answer number {number}.")
            await planner.tidy(lambda text: True)
            summary = planner.snapshot()[-1]["memory"]["summary"]
            assert summary == "Talked about: tell, festival."
            usage = TokenUsage()
            line = await said(planner, Turn(TurnKind.COMMENT, "Pia", "en", text="are you back?"), usage)
    assert line
    assert "zebra" not in line.casefold()
