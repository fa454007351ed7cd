import httpx
import pytest

from moderation.errors import ModerationError
from moderation.providers.openai_moderation import MAX_CHARACTERS, OpenAIModeration
from moderation.stage.model_gate import Flag, Flags
from providers.language_models.openai_server import OpenAIServer
from tests.fakes.openai_moderation import FakeOpenAIModeration, Judged


async def reviewed(
    fake: FakeOpenAIModeration, text: str = "ciao a tutti", *, timeout_s: float = 2.0
) -> Flags:
    async with httpx.AsyncClient() as http:
        server = OpenAIServer(http, base_url=fake.base_url, api_key="x", service="The moderation model")
        return await OpenAIModeration(server, "omni", timeout_s=timeout_s).review(text)


async def test_a_harmless_text_is_flagged_for_nothing() -> None:
    with FakeOpenAIModeration() as fake:
        flags = await reviewed(fake)
    assert flags.found == ()
    assert flags.scores[Flag.HATE] == 0.001
    assert fake.requests == [{"model": "omni", "input": "ciao a tutti"}]


async def test_what_a_text_is_flagged_for_is_told_surest_first_under_our_own_names() -> None:
    judged = Judged((("hate/threatening", 0.7), ("harassment", 0.9), ("violence", 0.4)))
    with FakeOpenAIModeration(judged) as fake:
        flags = await reviewed(fake)
    assert flags.found == (Flag.HARASSMENT, Flag.HATE)
    assert flags.scores[Flag.HATE] == 0.7
    assert not flags.is_distress


@pytest.mark.parametrize(
    ("categories", "is_distress"),
    [
        (("self-harm",), True),
        (("self-harm/intent", "violence"), True),
        (("self-harm", "harassment"), False),
        (("violence",), False),
    ],
)
async def test_distress_is_distress_unless_it_is_wished_on_somebody(
    categories: tuple[str, ...], is_distress: bool
) -> None:
    judged = Judged(tuple((category, 0.8) for category in categories))
    with FakeOpenAIModeration(judged) as fake:
        assert (await reviewed(fake)).is_distress is is_distress


async def test_a_very_long_text_is_judged_by_its_beginning() -> None:
    with FakeOpenAIModeration() as fake:
        await reviewed(fake, "x" * 10_000)
    assert len(fake.requests[0]["input"]) == MAX_CHARACTERS


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, True), (404, True), (429, False), (500, False), (503, False)]
)
async def test_a_status_tells_whether_trying_again_can_help(status: int, permanent: bool) -> None:
    with FakeOpenAIModeration(Judged(status=status)) as fake, pytest.raises(ModerationError) as raised:
        await reviewed(fake)
    assert raised.value.permanent is permanent
    assert "zebra" not in str(raised.value)
    assert len(fake.requests) == 1


GARBAGE = [
    b"",
    b"<html>zebra</html>",
    b"[]",
    b"{}",
    b"null",
    b'{"results": []}',
    b'{"results": [{}]}',
    b'{"results": [{"flagged": true, "categories": {}, "category_scores": {}}]}',
    b'{"results": [{"flagged": "no", "categories": {"hate": true}, "category_scores": {"hate": 0.9}}]}',
    b'{"results": [{"flagged": false, "categories": [], "category_scores": {}}]}',
    b'{"results": [{"flagged": false, "categories": {}, "category_scores": {"hate": "zebra"}}]}',
    b'{"results": [{"flagged": false, "categories": {}, "category_scores": {"hate": NaN}}]}',
    b'{"results": [{"flagged": false, "categories": {}, "category_scores": [1]}]}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("raw", GARBAGE)
async def test_garbage_is_a_fault_and_no_judgement(raw: bytes) -> None:
    with FakeOpenAIModeration(Judged(raw=raw)) as fake, pytest.raises(ModerationError) as raised:
        await reviewed(fake)
    assert not raised.value.permanent
    assert "zebra" not in str(raised.value)


async def test_silence_is_a_fault_in_time() -> None:
    with FakeOpenAIModeration(Judged(hangs=True)) as fake, pytest.raises(ModerationError, match="in time"):
        await reviewed(fake, timeout_s=0.2)


async def test_a_server_that_is_not_there_is_a_fault() -> None:
    with FakeOpenAIModeration() as fake:
        pass
    with pytest.raises(ModerationError) as raised:
        await reviewed(fake)
    assert not raised.value.permanent
