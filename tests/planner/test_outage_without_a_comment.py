"""A language model that fails while nobody has asked: at the creator's points, and at the summary."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from planner.stage.planner import Planner
from planner.stage.spoken_answer import SpokenAnswerCheck
from planner.stage.turn import TokenUsage, Turn, TurnKind
from providers.breaker import CircuitBreaker
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.ports import Limits
from tests.fakes.openai_chat import Answer, FakeOpenAIChat
from tests.planner.test_language_model_outage import BACK, BROKEN, CHARACTER, UNSPEAKABLE, model_of

POINT = "the harvest festival and its old songs"
ALL = {**BROKEN, **UNSPEAKABLE}


@asynccontextmanager
async def planner_with(fake: FakeOpenAIChat) -> AsyncIterator[Planner]:
    async with httpx.AsyncClient() as http:
        named = [NamedModel("fake", model_of(fake, http), CircuitBreaker())]
        chain = FallbackChatModel(named, check=SpokenAnswerCheck)
        yield Planner(chain, CHARACTER, limits=Limits(first_text_s=0.6, rest_s=0.3))


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
            await planner.summarize(lambda text: True)
            summary = planner.snapshot()[-1]["memory"]["summary"]
            assert summary == "Talked about: tell, festival."
            usage = TokenUsage()
            line = await said(planner, Turn(TurnKind.COMMENT, "Pia", "en", text="are you back?"), usage)
    assert line
    assert "zebra" not in line.casefold()
