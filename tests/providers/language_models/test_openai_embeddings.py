from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np
import pytest

from providers.language_models.errors import LanguageModelError
from providers.language_models.openai_embeddings import MAX_BATCH_CHARACTERS, OpenAIEmbedder
from providers.language_models.openai_server import OpenAIServer
from providers.language_models.ports import Embeddings
from tests.fakes.openai_embeddings import FakeOpenAIEmbeddings

MANNERS: dict[str, dict[str, Any]] = {
    "base64": {},
    "lists whatever was asked for": {"ignores_format": True},
    "base64 refused": {"takes_base64": False},
    "no usage": {"reports_usage": False},
}


async def embedded(
    fake: FakeOpenAIEmbeddings, texts: Sequence[str], *, dimensions: int = 4, **options: Any
) -> Embeddings:
    async with httpx.AsyncClient() as http:
        server = OpenAIServer(http, base_url=fake.base_url, api_key="k", service="The embedding model")
        return await OpenAIEmbedder(server, "embed", dimensions=dimensions, **options).embed(texts)


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS.keys())
async def test_vectors_come_in_the_order_of_the_texts(manner: dict[str, Any]) -> None:
    with FakeOpenAIEmbeddings(**manner) as fake:
        found = await embedded(fake, ["uno", "due!", "quattro"])
    assert found.vectors.dtype == np.float32
    assert found.vectors.tolist() == [[3, 1, 1, 1], [4, 1, 1, 1], [7, 1, 1, 1]]


@pytest.mark.parametrize(("reports", "tokens"), [(True, 30), (False, 4)])
async def test_usage_is_what_the_server_reports_and_an_estimate_otherwise(reports: bool, tokens: int) -> None:
    with FakeOpenAIEmbeddings(reports_usage=reports) as fake:
        (usage,) = (await embedded(fake, ["uno", "due!", "quattro"])).usage
    assert (usage.input_tokens, usage.output_tokens, usage.is_estimated) == (tokens, 0, not reports)


async def test_many_texts_go_in_batches_of_a_bounded_size() -> None:
    texts = [f"testo {number}" for number in range(7)]
    with FakeOpenAIEmbeddings() as fake:
        found = await embedded(fake, texts, max_batch_texts=3)
    assert [len(request["input"]) for request in fake.requests] == [3, 3, 1]
    assert found.vectors.shape == (7, 4)
    assert len(found.usage) == 3


async def test_long_texts_go_in_smaller_batches() -> None:
    texts = ["x" * (MAX_BATCH_CHARACTERS // 2)] * 3 + ["y" * (2 * MAX_BATCH_CHARACTERS)]
    with FakeOpenAIEmbeddings() as fake:
        await embedded(fake, texts)
    assert [len(request["input"]) for request in fake.requests] == [2, 1, 1]


async def test_no_text_asks_nothing_and_a_blank_one_is_a_mistake() -> None:
    with FakeOpenAIEmbeddings() as fake:
        assert (await embedded(fake, [])).vectors.shape == (0, 4)
        with pytest.raises(ValueError, match="blank"):
            await embedded(fake, ["uno", " "])
    assert fake.requests == []


async def test_vectors_of_another_length_are_refused_for_good() -> None:
    with FakeOpenAIEmbeddings(dimensions=3) as fake, pytest.raises(LanguageModelError) as caught:
        await embedded(fake, ["uno"])
    assert caught.value.permanent


@pytest.mark.parametrize(("status", "permanent"), [(401, True), (429, False), (500, False)])
async def test_what_was_used_before_a_failure_is_told_with_it(status: int, permanent: bool) -> None:
    with (
        FakeOpenAIEmbeddings(statuses=[200, status]) as fake,
        pytest.raises(LanguageModelError) as caught,
    ):
        await embedded(fake, ["uno", "due"], max_batch_texts=1)
    assert caught.value.permanent is permanent
    assert [used.input_tokens for used in caught.value.usage] == [10]
    assert "zebra" not in str(caught.value)


async def test_silence_ends_in_time() -> None:
    with FakeOpenAIEmbeddings(hangs=True) as fake, pytest.raises(LanguageModelError, match="in time"):
        await embedded(fake, ["uno"], timeout_s=0.2)


GARBAGE = [
    b"",
    b"<html>",
    b"[]",
    b'{"data": []}',
    b'{"data": [{"index": 0}]}',
    b'{"data": [{"index": 1, "embedding": [1, 1, 1, 1]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 1, 1, 1]}, {"index": 0, "embedding": [1, 1, 1, 1]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 1, 1, "1"]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 1, 1, NaN]}]}',
    b'{"data": [{"index": 0, "embedding": [1, 1, 1, 1e60]}]}',
    b'{"data": [{"index": 0, "embedding": "not base64"}]}',
    b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
    b'{"data": [{"index": 0, "embedding": null}]}',
    b" " * 2_000_000,
]


@pytest.mark.parametrize("raw", GARBAGE)
async def test_garbage_is_an_error_and_no_vector(raw: bytes) -> None:
    with FakeOpenAIEmbeddings(raw=raw) as fake, pytest.raises(LanguageModelError) as caught:
        await embedded(fake, ["uno"])
    assert not caught.value.permanent
