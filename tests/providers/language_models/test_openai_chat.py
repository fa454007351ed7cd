"""What may go wrong on the way to a chat server, whoever's it is."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from providers.language_models.errors import LanguageModelError
from providers.language_models.openai_chat import OpenAIChatModel
from providers.language_models.openai_server import OpenAIServer, provider_of
from providers.language_models.ports import ChatStream, Limits, Message
from providers.language_models.server_sent_events import MAX_LINE_BYTES
from tests.fakes.openai_chat import Answer, Ending, FakeOpenAIChat

MESSAGES = (Message("user", "come stai?"),)
LIMITS = Limits(first_text_s=5.0, rest_s=5.0)


@asynccontextmanager
async def model_of(base_url: str, *, api_key: str = "secret") -> AsyncIterator[OpenAIChatModel]:
    async with httpx.AsyncClient() as http:
        server = OpenAIServer(http, base_url=base_url, api_key=api_key, service="The language model")
        yield OpenAIChatModel(server, "fake")


async def read(stream: ChatStream) -> list[str]:
    async with aclosing(stream):
        return [delta.text async for delta in stream]


async def answered(fake: FakeOpenAIChat, *, limits: Limits = LIMITS) -> list[str]:
    async with model_of(fake.base_url) as model:
        return await read(model.stream(MESSAGES, limits))


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
async def test_a_refusal_is_permanent(status: int) -> None:
    with FakeOpenAIChat(Answer(status=status)) as fake, pytest.raises(LanguageModelError) as caught:
        await answered(fake)
    assert caught.value.permanent
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [301, 408, 409, 425, 429, 500, 503, 529])
async def test_a_busy_or_broken_server_may_work_later_and_is_not_asked_again_here(status: int) -> None:
    with FakeOpenAIChat(Answer(status=status)) as fake, pytest.raises(LanguageModelError) as caught:
        await answered(fake)
    assert not caught.value.permanent
    assert len(fake.requests) == 1


async def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with FakeOpenAIChat() as gone:
        pass
    with pytest.raises(LanguageModelError) as caught:
        await answered(gone)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("base_url", "api_key"), [("ftp://127.0.0.1/v1", "k"), ("http://[::bad/v1", "k"), ("http://x", "ké\n")]
)
async def test_a_malformed_address_or_key_is_permanent_and_not_repeated(base_url: str, api_key: str) -> None:
    async with model_of(base_url, api_key=api_key) as model:
        with pytest.raises(LanguageModelError) as caught:
            await read(model.stream(MESSAGES, LIMITS))
    assert caught.value.permanent
    assert "127" not in str(caught.value)
    assert "ké" not in str(caught.value)


BROKEN = {
    "cut": Answer(deltas=("Ciao a",), ending=Ending.CUT),
    "no json": Answer(raw=b"data: {not json\n\n"),
    "lists": Answer(raw=b'data: ["a list"]\n\ndata: "a string"\n\n'),
    "nulls": Answer(raw=b'data: {"choices": [{"delta": null}]}\n\ndata: {"choices": 5, "usage": 3}\n\n'),
    "odd content": Answer(raw=b'data: {"choices": [{"delta": {"content": ["zebra"]}}]}\n\n'),
    "no utf-8": Answer(raw=b"data: \xff\xfe\n\n"),
    "html": Answer(raw=b"<html>zebra</html>"),
    "deep": Answer(raw=b"data: " + b"[" * 60_000 + b"\n\n"),
    "long line": Answer(raw=b"data: " + b"x" * (MAX_LINE_BYTES + 1)),
    "long event": Answer(raw=(b"data: " + b"x" * 60_000 + b"\n") * 20),
    "odd usage": Answer(raw=b'data: {"usage": {"prompt_tokens": "9", "completion_tokens": -1}}\n\n'),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_stream_is_an_error_and_never_text(answer: Answer) -> None:
    with FakeOpenAIChat(answer) as fake, pytest.raises(LanguageModelError) as caught:
        await answered(fake)
    assert not caught.value.permanent
    assert "zebra" not in str(caught.value)


async def test_the_error_does_not_repeat_what_the_server_said() -> None:
    answer = Answer(status=429, error={"message": "prompt was: come stai?"})
    with FakeOpenAIChat(answer) as fake, pytest.raises(LanguageModelError) as caught:
        await answered(fake)
    assert "come stai" not in str(caught.value)


@pytest.mark.parametrize(
    ("refused", "kept", "dropped"),
    [
        ({"message": "unsupported", "param": "max_tokens"}, "max_completion_tokens", "max_tokens"),
        ({"message": "stream_options: Extra inputs are not permitted"}, "max_tokens", "stream_options"),
    ],
)
async def test_a_parameter_that_a_server_does_not_know_is_left_out_from_then_on(
    refused: dict[str, str], kept: str, dropped: str
) -> None:
    with FakeOpenAIChat(Answer(status=400, error=refused), Answer(deltas=("Ciao!",))) as fake:
        async with model_of(fake.base_url) as model:
            for _ in range(2):
                assert await read(model.stream(MESSAGES, LIMITS)) == ["Ciao!"]
    assert dropped in fake.requests[0]
    assert len(fake.requests) == 3
    assert all(dropped not in request and kept in request for request in fake.requests[1:])


async def test_what_is_refused_either_way_is_asked_as_before_the_next_time() -> None:
    refusal = Answer(status=400, error={"message": "max_tokens is too large"})
    with FakeOpenAIChat(refusal, refusal, Answer(deltas=("Ciao!",))) as fake:
        async with model_of(fake.base_url) as model:
            with pytest.raises(LanguageModelError):
                await read(model.stream(MESSAGES, LIMITS))
            assert await read(model.stream(MESSAGES, LIMITS)) == ["Ciao!"]
    assert "max_tokens" in fake.requests[2]


async def test_nothing_is_sent_and_nothing_counted_before_the_first_piece_is_asked_for() -> None:
    with FakeOpenAIChat() as fake:
        async with model_of(fake.base_url) as model, aclosing(model.stream(MESSAGES, LIMITS)) as stream:
            assert stream.usage == ()
    assert fake.requests == []


async def test_a_listener_that_has_heard_enough_still_pays_for_what_was_written() -> None:
    with FakeOpenAIChat(Answer(deltas=("Ciao a tutti, ",), ending=Ending.ENDLESS)) as fake:
        async with model_of(fake.base_url) as model, aclosing(model.stream(MESSAGES, LIMITS)) as stream:
            assert (await anext(stream)).text == "Ciao a tutti, "
    (usage,) = stream.usage
    assert (usage.input_tokens, usage.output_tokens, usage.is_estimated) == (3, 4, True)


@pytest.mark.parametrize(
    ("base_url", "provider"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("http://gpu-1:11434/v1", "gpu-1"),
        ("", ""),
    ],
)
def test_a_provider_is_named_by_its_address(base_url: str, provider: str) -> None:
    assert provider_of(base_url) == provider
