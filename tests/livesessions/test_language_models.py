from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any
from uuid import uuid4

import pytest
import redis as sync_redis
from django.conf import settings as django_settings
from redis.asyncio import Redis

from livesessions.models.sessions import LiveSession
from livesessions.worker.assembly import Resources, build_model, open_models
from livesessions.worker.observer import ConsoleBoard
from livesessions.worker.recorder.recorder import Recorder
from planner.stage.planner import Planner
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from speech.runtime.voice_pool import VoicePool
from tests.fakes.openai_chat import Answer, FakeOpenAIChat


@pytest.fixture
async def redis(redis_client: sync_redis.Redis) -> AsyncIterator[Redis]:
    client = Redis.from_url(django_settings.REDIS_URL, **django_settings.REDIS_ASYNC_OPTIONS)
    yield client
    await client.aclose()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def answered_by(redis: Redis, stack: AsyncExitStack, session: LiveSession) -> TokenUsage:
    resources = Resources(redis, redis, Recorder(), ConsoleBoard(), open_models(stack), VoicePool({}))
    planner = Planner(build_model(session, resources), Character("Viva", "", "it"))
    usage = TokenUsage()
    for text in ("ciao", "come stai?"):
        usage = TokenUsage()
        turn = Turn(TurnKind.COMMENT, "anna", "it", text=text)
        async with aclosing(planner.plan(turn, usage)) as sentences:
            assert [sentence async for sentence in sentences]
    return usage


async def test_without_a_key_the_host_has_ready_lines_only(redis: Redis, stack: AsyncExitStack) -> None:
    assert open_models(stack) == ()
    assert (await answered_by(redis, stack, LiveSession(id=uuid4()))).model == "offline"


async def test_the_models_are_asked_in_the_order_of_the_setting(
    redis: Redis, stack: AsyncExitStack, settings: Any
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "llama3.2, gpt-4o-mini,"
    good = [
        Answer(deltas=("Ma ciao, che bello vederti!",)),
        Answer(deltas=("Alla grande, grazie di cuore!",)),
    ]
    with FakeOpenAIChat(Answer(status=500), good[0], Answer(status=500), good[1]) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        usage = await answered_by(redis, stack, LiveSession(id=uuid4()))
    assert [request["model"] for request in fake.requests] == ["llama3.2", "gpt-4o-mini"] * 2
    assert usage.model == "gpt-4o-mini"
    assert usage.cost_usd > 0


async def test_once_the_lives_cap_is_reached_ready_lines_answer(
    redis: Redis, stack: AsyncExitStack, settings: Any
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "gpt-4o-mini"
    settings.LLM_SPEND_CAP_LIVE_USD = 0.000_001
    with FakeOpenAIChat(Answer(deltas=("Ma ciao, che bello vederti!",))) as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        usage = await answered_by(redis, stack, LiveSession(id=uuid4()))
    assert len(fake.requests) == 1
    assert (usage.model, usage.cost_usd) == ("offline", 0.0)
