from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any
from uuid import uuid4

import pytest

from billing.configured import configured_spend_caps
from livesessions.models.sessions import LiveSession
from livesessions.worker.assembly import build_model, subject_of
from planner.stage.planner import Planner
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from providers.model_settings import open_chat_models
from tests.fakes.ledger import FakeLedger
from tests.fakes.openai_chat import Answer, FakeOpenAIChat

pytestmark = pytest.mark.usefixtures("redis_client")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def answered_by(stack: AsyncExitStack, session: LiveSession) -> TokenUsage:
    cap = configured_spend_caps(FakeLedger()).cap_of(subject_of(session))
    planner = Planner(build_model(open_chat_models(stack), cap), Character("Viva", "", "it"))
    usage = TokenUsage()
    for text in ("ciao", "come stai?"):
        usage = TokenUsage()
        turn = Turn(TurnKind.COMMENT, "anna", "it", text=text)
        async with aclosing(planner.plan(turn, usage)) as sentences:
            assert [sentence async for sentence in sentences]
    return usage


async def test_without_a_key_the_host_has_ready_lines_only(stack: AsyncExitStack) -> None:
    assert open_chat_models(stack) == ()
    assert (await answered_by(stack, LiveSession(id=uuid4()))).model == "offline"


async def test_the_models_are_asked_in_the_order_of_the_setting(stack: AsyncExitStack, settings: Any) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "llama3.2, gpt-4o-mini,"
    good = [
        Answer(deltas=("Ma ciao, che bello vederti!",)),
        Answer(deltas=("Alla grande, grazie di cuore!",)),
    ]
    with FakeOpenAIChat(Answer(status=500), good[0], Answer(status=500), good[1]) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        usage = await answered_by(stack, LiveSession(id=uuid4()))
    assert [request["model"] for request in fake.requests] == ["llama3.2", "gpt-4o-mini"] * 2
    assert usage.model == "gpt-4o-mini"
    assert usage.cost_usd > 0


async def test_once_the_lives_cap_is_reached_ready_lines_answer(stack: AsyncExitStack, settings: Any) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "gpt-4o-mini"
    settings.SPEND_CAP_LIVE_USD = 0.000_001
    with FakeOpenAIChat(Answer(deltas=("Ma ciao, che bello vederti!",))) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        usage = await answered_by(stack, LiveSession(id=uuid4()))
    assert len(fake.requests) == 1
    assert (usage.model, usage.cost_usd) == ("offline", 0.0)
