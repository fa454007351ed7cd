import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from planner.errors import PlannerError
from planner.providers.openai_chat import OpenAIChatModel
from planner.stage.ports import Prompt
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from tests.fakes.openai_chat import Answer, Ending, FakeOpenAIChat

PROMPT = Prompt(
    character=Character(name="Viva", system_prompt="Sei gentile.", language="it"),
    turn=Turn(kind=TurnKind.COMMENT, viewer_name="marco", language="it", text="come stai?"),
)


@asynccontextmanager
async def model_of(fake: FakeOpenAIChat, *, timeout_s: float = 5.0) -> AsyncIterator[OpenAIChatModel]:
    model = OpenAIChatModel(api_key="secret", base_url=fake.base_url, model="fake", timeout_s=timeout_s)
    try:
        yield model
    finally:
        await model.aclose()


async def written(
    fake: FakeOpenAIChat, usage: TokenUsage | None = None, *, timeout_s: float = 5.0
) -> list[str]:
    async with (
        model_of(fake, timeout_s=timeout_s) as model,
        aclosing(model.write(PROMPT, usage or TokenUsage())) as stream,
    ):
        return [piece async for piece in stream]


async def test_the_reply_streams_piece_by_piece_and_the_server_counts_the_tokens() -> None:
    usage = TokenUsage()
    with FakeOpenAIChat(Answer(deltas=("Ciao ", "Marco", "!"), usage=(31, 9))) as fake:
        assert await written(fake, usage) == ["Ciao ", "Marco", "!"]
    assert usage == TokenUsage(model="fake", prompt_tokens=31, completion_tokens=9)


async def test_the_request_streams_limits_the_length_and_carries_the_messages() -> None:
    with FakeOpenAIChat() as fake:
        await written(fake)
    request = fake.requests[0]
    assert request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}
    assert request["max_tokens"] == 160
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


async def test_a_server_that_does_not_count_is_estimated_at_four_characters_a_token() -> None:
    usage = TokenUsage()
    with FakeOpenAIChat(Answer(deltas=("otto ", "car"), usage=None)) as fake:
        await written(fake, usage)
    assert usage.completion_tokens == 2
    assert usage.prompt_tokens > 100


async def test_a_model_that_knows_only_the_new_limit_name_is_asked_again_with_it() -> None:
    refusal = Answer(status=400, error={"message": "unsupported", "param": "max_tokens", "code": "x"})
    with FakeOpenAIChat(refusal, Answer(deltas=("Ciao!",))) as fake:
        assert await written(fake) == ["Ciao!"]
    assert "max_tokens" not in fake.requests[1]
    assert fake.requests[1]["max_completion_tokens"] == 160


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_refusal_is_permanent(status: int) -> None:
    with FakeOpenAIChat(Answer(status=status)) as fake, pytest.raises(PlannerError) as caught:
        await written(fake)
    assert caught.value.permanent
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_a_busy_or_broken_server_is_worth_another_try_which_is_left_to_the_pipeline(
    status: int,
) -> None:
    with FakeOpenAIChat(Answer(status=status)) as fake, pytest.raises(PlannerError) as caught:
        await written(fake)
    assert not caught.value.permanent
    assert len(fake.requests) == 1


async def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    with FakeOpenAIChat() as gone:
        pass
    with pytest.raises(PlannerError) as caught:
        await written(gone)
    assert not caught.value.permanent


async def test_a_hanging_server_ends_in_a_timeout() -> None:
    hanging = Answer(deltas=("Ciao",), ending=Ending.HANG)
    with FakeOpenAIChat(hanging) as fake, pytest.raises(PlannerError, match="in time") as caught:
        await written(fake, timeout_s=0.2)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "answer",
    [
        Answer(deltas=("Ciao a",), ending=Ending.CUT),
        Answer(deltas=("Ciao a",), ending=Ending.UNFINISHED),
        Answer(deltas=()),
        Answer(deltas=("Ciao",), finish_reason="content_filter"),
        Answer(raw=b"data: {not json\n\n"),
        Answer(raw=b'data: ["a list"]\n\ndata: "a string"\n\n'),
        Answer(raw=b'data: {"choices": [{"delta": null}]}\n\ndata: {"choices": 5}\n\n'),
        Answer(raw=b"data: \xff\xfe\n\n"),
        Answer(raw=b"<html>Bad gateway</html>"),
        Answer(raw=b'data: {"error": {"message": "Rate limit exceeded"}}\n\n'),
    ],
    ids=["cut", "unfinished", "empty", "filtered", "no json", "lists", "nulls", "no utf-8", "html", "error"],
)
async def test_a_broken_stream_is_an_error_and_never_words(answer: Answer) -> None:
    with FakeOpenAIChat(answer) as fake, pytest.raises(PlannerError) as caught:
        await written(fake)
    assert not caught.value.permanent


async def test_the_error_does_not_repeat_what_the_server_said() -> None:
    answer = Answer(status=429, error={"message": "prompt was: come stai?"})
    with FakeOpenAIChat(answer) as fake, pytest.raises(PlannerError) as caught:
        await written(fake)
    assert "come stai" not in str(caught.value)


async def test_a_listener_that_has_heard_enough_hangs_up_and_still_pays_what_was_written() -> None:
    usage = TokenUsage()
    with FakeOpenAIChat(Answer(deltas=("Ciao a tutti, ",), ending=Ending.ENDLESS)) as fake:
        async with model_of(fake) as model:
            async with aclosing(model.write(PROMPT, usage)) as stream:
                assert await anext(stream) == "Ciao a tutti, "
            assert await asyncio.to_thread(fake.client_left.wait, 5)
    assert usage.completion_tokens == 4


async def test_a_cancelled_reply_hangs_up() -> None:
    heard = asyncio.Event()

    async def listen(model: OpenAIChatModel) -> None:
        async with aclosing(model.write(PROMPT, TokenUsage())) as stream:
            async for _ in stream:
                heard.set()

    with FakeOpenAIChat(Answer(deltas=("Ciao",), ending=Ending.ENDLESS)) as fake:
        async with model_of(fake) as model:
            task = asyncio.get_running_loop().create_task(listen(model))
            await heard.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(fake.client_left.wait, 5)
