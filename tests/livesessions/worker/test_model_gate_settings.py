from contextlib import AsyncExitStack
from typing import Any

import pytest

from livesessions.worker.assembly import open_moderation_model
from tests.fakes.openai_moderation import FakeOpenAIModeration, Judged
from tests.fakes.spend_cap import FakeSpendCap


@pytest.mark.parametrize(("key", "model"), [("", "omni"), ("x", "")])
async def test_without_a_key_or_a_model_the_rules_alone_decide(key: str, model: str, settings: Any) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODERATION_MODEL = key, model
    async with AsyncExitStack() as stack:
        assert open_moderation_model(stack) is None


@pytest.mark.parametrize(
    "broken",
    [
        Judged(status=429),
        Judged(status=500),
        Judged(status=401),
        Judged(raw=b"<html>zebra"),
        Judged(hangs=True),
    ],
    ids=["429", "500", "401", "garbage", "silence"],
)
async def test_a_model_that_fails_flags_nothing_and_is_soon_left_alone(broken: Judged, settings: Any) -> None:
    with FakeOpenAIModeration(broken) as fake:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "x", fake.base_url
        async with AsyncExitStack() as stack:
            model = open_moderation_model(stack)
            assert model is not None
            gate = model.gate_within(FakeSpendCap())
            for _ in range(6):
                assert (await gate.review("zebra")).found == ()
    assert len(fake.requests) == (1 if broken.status == 401 else 3)
