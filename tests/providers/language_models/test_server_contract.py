"""One contract for all OpenAI-shaped chat servers: they differ by their settings and their manners only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from providers.language_models.errors import LanguageModelError
from providers.language_models.openai_chat import OpenAIChatModel
from providers.language_models.openai_server import OpenAIServer
from providers.language_models.ports import ChatStream, Limits, Message
from tests.fakes.openai_chat import Answer, Ending, FakeOpenAIChat
from tests.fakes.openai_dialects import DIALECTS, Dialect

MESSAGES = (Message("system", "Sei gentile."), Message("user", "come stai?"))
LIMITS = Limits(first_text_s=5.0, rest_s=5.0)
SHORT = Limits(first_text_s=0.2, rest_s=0.2)

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@asynccontextmanager
async def model_of(
    fake: FakeOpenAIChat, dialect: Dialect, *, api_key: str = "secret"
) -> AsyncIterator[OpenAIChatModel]:
    async with httpx.AsyncClient() as http:
        base_url = fake.base_url.removesuffix("/v1") + dialect.base_path
        server = OpenAIServer(http, base_url=base_url, api_key=api_key, service="The language model")
        yield OpenAIChatModel(server, "fake")


async def read(stream: ChatStream) -> list[str]:
    async with aclosing(stream):
        return [delta.text async for delta in stream]


async def answered(
    answer: Answer, dialect: Dialect, *, limits: Limits = LIMITS
) -> tuple[list[str], ChatStream]:
    with FakeOpenAIChat(answer) as fake:
        async with model_of(fake, dialect) as model:
            stream = model.stream(MESSAGES, limits)
            return await read(stream), stream


def body(dialect: Dialect, texts: Sequence[str], reason: str = "stop") -> bytes:
    return b"".join(dialect.stream(texts, (31, 9), reason))


@each_dialect
async def test_the_text_streams_and_nothing_but_the_text(dialect: Dialect) -> None:
    texts, _ = await answered(Answer(raw=body(dialect, ["Ciao ", "Marco", "! è 😂"])), dialect)
    assert texts == ["Ciao ", "Marco", "! è 😂"]


@each_dialect
async def test_usage_is_what_the_server_reports_and_an_estimate_otherwise(dialect: Dialect) -> None:
    _, stream = await answered(Answer(raw=body(dialect, ["otto ", "car"])), dialect)
    (usage,) = stream.usage
    assert (usage.provider, usage.model) == ("127.0.0.1", "fake")
    assert usage.is_estimated is not dialect.reports_usage
    expected = (31, 9) if dialect.reports_usage else (6, 2)
    assert (usage.input_tokens, usage.output_tokens) == expected


@each_dialect
async def test_the_request_is_the_same_for_all(dialect: Dialect) -> None:
    with FakeOpenAIChat(Answer(raw=body(dialect, ["Ciao"]))) as fake:
        async with model_of(fake, dialect) as model:
            await read(model.stream(MESSAGES, LIMITS))
    assert fake.requests == [
        {
            "model": "fake",
            "messages": [
                {"role": "system", "content": "Sei gentile."},
                {"role": "user", "content": "come stai?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 160,
        }
    ]
    assert fake.headers[0]["authorization"] == "Bearer secret"


@each_dialect
async def test_an_error_in_the_stream_is_raised_and_never_text(dialect: Dialect) -> None:
    parts = [part for part in dialect.stream(["Ciao "], (31, 9), "stop") if b"Ciao" in part]
    with pytest.raises(LanguageModelError, match="reported an error") as caught:
        await answered(Answer(raw=b"".join(parts) + dialect.error), dialect)
    assert caught.value.permanent is dialect.is_permanent
    assert "zebra" not in str(caught.value)


@each_dialect
async def test_an_answer_at_its_token_limit_is_an_answer(dialect: Dialect) -> None:
    texts, _ = await answered(Answer(raw=body(dialect, ["Ciao "], "length")), dialect)
    assert texts == ["Ciao "]


@each_dialect
@pytest.mark.parametrize("reason", ["content_filter", "error"])
async def test_an_answer_that_the_server_gave_up_is_an_error(dialect: Dialect, reason: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        await answered(Answer(raw=body(dialect, ["Ciao "], reason)), dialect)
    assert not caught.value.permanent


@each_dialect
async def test_an_empty_answer_is_an_error(dialect: Dialect) -> None:
    with pytest.raises(LanguageModelError, match="empty"):
        await answered(Answer(raw=body(dialect, [])), dialect)


@each_dialect
async def test_an_answer_that_breaks_off_is_an_error_and_is_still_counted(dialect: Dialect) -> None:
    parts = list(dialect.stream(["Ciao a ", "tutti"], (31, 9), "stop"))
    begun = next(at for at, part in enumerate(parts) if b"Ciao a" in part)
    with FakeOpenAIChat(Answer(raw=b"".join(parts[: begun + 1]), ending=Ending.UNFINISHED)) as fake:
        async with model_of(fake, dialect) as model:
            stream = model.stream(MESSAGES, LIMITS)
            with pytest.raises(LanguageModelError, match="cut off"):
                await read(stream)
    assert stream.usage[0].output_tokens == 2


@each_dialect
async def test_comments_do_not_count_as_an_answer(dialect: Dialect) -> None:
    hanging = Answer(raw=b": OPENROUTER PROCESSING\n\n" * 20, ending=Ending.HANG)
    with pytest.raises(LanguageModelError, match="in time") as caught:
        await answered(hanging, dialect, limits=SHORT)
    assert not caught.value.permanent


@each_dialect
async def test_a_silence_in_mid_answer_ends_it(dialect: Dialect) -> None:
    parts = list(dialect.stream(["Ciao a ", "tutti"], (31, 9), "stop"))
    hanging = Answer(raw=b"".join(parts[:3]), ending=Ending.HANG)
    with pytest.raises(LanguageModelError, match="in time"):
        await answered(hanging, dialect, limits=SHORT)


@each_dialect
async def test_a_caller_that_leaves_hangs_up(dialect: Dialect) -> None:
    begun = asyncio.Event()

    async def listen(model: OpenAIChatModel) -> None:
        async with aclosing(model.stream(MESSAGES, LIMITS)) as stream:
            async for _ in stream:
                begun.set()

    with FakeOpenAIChat(Answer(deltas=("Ciao",), ending=Ending.ENDLESS)) as fake:
        async with model_of(fake, dialect) as model:
            listening = asyncio.get_running_loop().create_task(listen(model))
            await begun.wait()
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
            assert await asyncio.to_thread(fake.client_left.wait, 5)


@each_dialect
async def test_a_server_without_a_key_is_sent_none(dialect: Dialect) -> None:
    with FakeOpenAIChat(Answer(raw=body(dialect, ["Ciao"]))) as fake:
        async with model_of(fake, dialect, api_key="") as model:
            await read(model.stream(MESSAGES, LIMITS))
    assert "authorization" not in fake.headers[0]


@each_dialect
async def test_the_connection_serves_the_next_answer_too(dialect: Dialect) -> None:
    with FakeOpenAIChat(Answer(raw=body(dialect, ["Ciao"]), keeps_open=True)) as fake:
        async with model_of(fake, dialect) as model:
            for _ in range(3):
                assert await read(model.stream(MESSAGES, LIMITS)) == ["Ciao"]
    assert len(fake.connections) == 1
