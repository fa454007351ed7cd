import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID

import numpy as np
import pytest

from billing.metered_models import MeteredChatModel, MeteredEmbedder, cost_usd_of
from billing.prices import price_book
from billing.usage import Subject, UsageKind
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import ChatModel, Embeddings, Limits, Message, Usage
from tests.fakes.chat_model import FakeChatModel, FakeSlowModel
from tests.fakes.spend_cap import FakeSpendCap

SUBJECT = Subject(UUID(int=1), UUID(int=2))
MESSAGES = (Message("user", "ciao"),)
WRITTEN = [(UsageKind.INPUT_TOKENS, 1_000), (UsageKind.OUTPUT_TOKENS, 100)]


async def read(model: ChatModel, cap: FakeSpendCap, *, leaves: bool = False) -> list[str]:
    said = []
    async with aclosing(MeteredChatModel(model, cap).stream(MESSAGES, Limits())) as stream:
        async for delta in stream:
            said.append(delta.text)
            if leaves:
                break
    return said


async def test_every_answer_is_reported_with_its_model_and_subject() -> None:
    cap = FakeSpendCap(subject=SUBJECT)
    assert await read(FakeSlowModel((0.0, "Ciao."), name="m"), cap) == ["Ciao."]
    assert cap.quantities == WRITTEN
    assert {(usage.provider, usage.model, usage.subject) for usage in cap.records} == {
        ("openai", "m", SUBJECT)
    }


async def test_an_answer_that_was_left_or_cancelled_is_reported_too() -> None:
    cap = FakeSpendCap()
    await read(FakeSlowModel((0.0, "Ciao."), (60.0, "mai")), cap, leaves=True)
    assert cap.quantities == WRITTEN
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await read(FakeSlowModel((60.0, "mai")), cap)
    assert cap.quantities[2:] == [(UsageKind.INPUT_TOKENS, 1_000), (UsageKind.OUTPUT_TOKENS, 0)]


async def test_no_model_is_asked_once_the_cap_is_reached() -> None:
    cap, model = FakeSpendCap(is_open=False), FakeChatModel("Ciao.")
    with pytest.raises(LanguageModelError) as caught:
        await read(model, cap)
    assert caught.value.permanent
    assert model.requests == []
    assert cap.records == []


class FakeEmbedder:
    def __init__(self, error: LanguageModelError | None = None) -> None:
        self._error = error
        self.asked = 0

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self.asked += 1
        if self._error is not None:
            raise self._error
        usage = (Usage("openai", "e", 7, 0, is_estimated=False),)
        return Embeddings(np.zeros((len(texts), 2), dtype=np.float32), usage)


async def test_embeddings_are_reported_also_those_before_a_failure() -> None:
    cap = FakeSpendCap()
    await MeteredEmbedder(FakeEmbedder(), cap).embed(["uno"])
    error = LanguageModelError("500")
    error.usage = (Usage("openai", "e", 3, 0, is_estimated=True),)
    with pytest.raises(LanguageModelError):
        await MeteredEmbedder(FakeEmbedder(error), cap).embed(["uno"])
    assert cap.quantities == [(UsageKind.EMBEDDING_TOKENS, 7), (UsageKind.EMBEDDING_TOKENS, 3)]


async def test_nothing_is_embedded_once_the_cap_is_reached() -> None:
    embedder = FakeEmbedder()
    with pytest.raises(LanguageModelError):
        await MeteredEmbedder(embedder, FakeSpendCap(is_open=False)).embed(["uno"])
    assert embedder.asked == 0


def test_a_request_costs_its_tokens_in_and_out() -> None:
    usage = Usage("openai", "gpt-4o-mini", 1_000_000, 1_000_000, is_estimated=False)
    assert cost_usd_of(usage, price_book()) == pytest.approx(0.75)
