import asyncio
import socket
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from overlay import publisher as module
from overlay.connection.lease_fence import LeaseFence
from overlay.connection.state import LIFETIME_S, MAX_LINES
from overlay.connection.wire import OverlayStateMessage
from overlay.errors import OverlayUnreachable
from overlay.layout import clean_layout, default_layout
from overlay.publisher import OverlayPublisher
from speech.stage.audio import AudioChunk

OVERLAY = uuid4()
CHUNK = AudioChunk(b"\x10\x00" * 480, 24_000)


@pytest.fixture
def overlay_publisher(redis: Redis) -> OverlayPublisher:
    return OverlayPublisher(uuid4(), redis=redis)


async def state_of(publisher: OverlayPublisher) -> OverlayStateMessage:
    return await publisher._state.read(LeaseFence())


async def test_the_state_follows_what_is_published(overlay_publisher: OverlayPublisher) -> None:
    utterance = uuid4()
    await overlay_publisher.set_live(True)
    await overlay_publisher.chat("1", "Marta", "ciao", "comment")
    await overlay_publisher.begin(utterance, "Ciao Marta!")
    await overlay_publisher.caption(utterance, "Come va?", 900)
    assert await state_of(overlay_publisher) == {
        "type": "state",
        "live": True,
        "muted": False,
        "lines": [{"id": "1", "name": "Marta", "text": "ciao", "kind": "comment"}],
        "caption": {"utterance": str(utterance), "text": "Come va?"},
    }


async def test_a_caption_in_another_language_says_so_until_the_next(
    overlay_publisher: OverlayPublisher,
) -> None:
    utterance = uuid4()
    await overlay_publisher.begin(utterance, "Hello Marta!", "en")
    assert (await state_of(overlay_publisher))["caption"] == {
        "utterance": str(utterance),
        "text": "Hello Marta!",
        "language": "en",
    }
    await overlay_publisher.caption(utterance, "Come va?", 900)
    assert (await state_of(overlay_publisher))["caption"] == {
        "utterance": str(utterance),
        "text": "Come va?",
    }


async def test_the_first_audio_goes_out_with_its_words_in_one_round_trip(
    overlay_publisher: OverlayPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[int] = []
    execute = Pipeline.execute

    async def counted(pipe: Pipeline, *args: bool) -> list[object]:
        trips.append(len(pipe.command_stack))
        return await execute(pipe, *args)

    monkeypatch.setattr(Pipeline, "execute", counted)
    utterance = uuid4()
    await overlay_publisher.begin(utterance, "Ciao Marta!", first=CHUNK)
    assert len(trips) == 1
    (said,) = await overlay_publisher._state.read_replay(LeaseFence())
    assert (said.text, [sequence for sequence, _ in said.frames]) == ("Ciao Marta!", [0])


async def test_only_the_last_lines_are_kept(overlay_publisher: OverlayPublisher) -> None:
    for number in range(MAX_LINES + 5):
        await overlay_publisher.chat(str(number), "Marta", "ciao", "comment")
    lines = (await state_of(overlay_publisher))["lines"]
    assert [line["id"] for line in lines] == [str(number) for number in range(5, MAX_LINES + 5)]


async def test_a_retracted_line_is_in_no_later_state(overlay_publisher: OverlayPublisher) -> None:
    for number in range(3):
        await overlay_publisher.chat(str(number), "Marta", "ciao", "comment")
    await overlay_publisher.retract(["1", "unknown"])
    assert [line["id"] for line in (await state_of(overlay_publisher))["lines"]] == ["0", "2"]


@pytest.mark.parametrize("silence", ["cut", "mute"])
async def test_silence_takes_the_caption_away(overlay_publisher: OverlayPublisher, silence: str) -> None:
    await overlay_publisher.begin(uuid4(), "Ciao!")
    if silence == "cut":
        await overlay_publisher.cut()
    else:
        await overlay_publisher.set_muted(True)
    assert (await state_of(overlay_publisher))["caption"] is None


async def test_a_live_that_ends_takes_its_chat_with_it(overlay_publisher: OverlayPublisher) -> None:
    await overlay_publisher.set_live(True)
    await overlay_publisher.chat("1", "Marta", "ciao", "comment")
    await overlay_publisher.set_live(False)
    state = await state_of(overlay_publisher)
    assert (state["live"], state["lines"]) == (False, [])


async def test_nothing_is_kept_for_ever(overlay_publisher: OverlayPublisher, redis: Redis) -> None:
    await overlay_publisher.set_live(True)
    await overlay_publisher.set_muted(False)
    await overlay_publisher.chat("1", "Marta", "ciao", "comment")
    await overlay_publisher.begin(uuid4(), "Ciao!")
    names = [
        name async for name in redis.scan_iter(f"{overlay_publisher._state._flags.removesuffix('flags')}*")
    ]
    assert len(names) == 4
    for name in names:
        assert 0 < await redis.ttl(name) <= LIFETIME_S


async def test_a_line_of_ten_thousand_characters_is_shortened(overlay_publisher: OverlayPublisher) -> None:
    await overlay_publisher.chat("1", "M" * 10_000, "\ud83d" * 10_000, "comment")
    (line,) = (await state_of(overlay_publisher))["lines"]
    assert (len(line["name"]), len(line["text"])) == (module.MAX_NAME, module.MAX_LINE)


async def test_a_redis_that_is_gone_is_a_transient_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    async with Redis.from_url(f"redis://127.0.0.1:{port}") as redis:
        with pytest.raises(OverlayUnreachable) as error:
            await OverlayPublisher(OVERLAY, redis=redis).chat("1", "Marta", "ciao", "comment")
    assert error.value.permanent is False


async def test_a_redis_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with Redis.from_url(f"redis://127.0.0.1:{silent.getsockname()[1]}") as redis:
            with pytest.raises(OverlayUnreachable):
                await OverlayPublisher(OVERLAY, redis=redis).begin(uuid4(), "Ciao!")


async def test_a_cancelled_publisher_is_cancelled() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with Redis.from_url(f"redis://127.0.0.1:{silent.getsockname()[1]}") as redis:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await OverlayPublisher(OVERLAY, redis=redis).begin(uuid4(), "Ciao!")


async def test_a_game_and_the_counts_are_told_to_pages_that_come_later(
    overlay_publisher: OverlayPublisher,
) -> None:
    await overlay_publisher.set_live(True)
    quiz = {"kind": "quiz", "phase": "open", "question": "Capitale?", "answer": "Roma", "leaders": []}
    await overlay_publisher.game(quiz)
    await overlay_publisher.tally({"follow": 3})
    state = await state_of(overlay_publisher)
    assert state["tally"] == {"follow": 3}
    assert "answer" not in state["game"]
    await overlay_publisher.game({**quiz, "phase": "closed"})
    assert (await state_of(overlay_publisher))["game"]["answer"] == "Roma"
    await overlay_publisher.set_live(False)
    assert not {"game", "tally"} & (await state_of(overlay_publisher)).keys()


async def test_a_new_layout_reaches_pages_that_were_away(overlay_publisher: OverlayPublisher) -> None:
    layout = {**default_layout(), "theme": "neon"}
    await overlay_publisher.set_layout(clean_layout(layout))
    assert (await state_of(overlay_publisher))["layout"]["theme"] == "neon"


async def test_a_frame_is_stored_and_sent_in_one_round_trip(
    overlay_publisher: OverlayPublisher, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[int] = []
    execute = Pipeline.execute

    async def count(pipe: Pipeline, raise_on_error: bool = True) -> list[object]:
        trips.append(len(pipe.command_stack))
        return await execute(pipe, raise_on_error)

    def refuse(*_: object) -> None:
        raise AssertionError("A command was sent outside the pipeline.")

    monkeypatch.setattr(Pipeline, "execute", count)
    monkeypatch.setattr(Redis, "execute_command", refuse)
    utterance = uuid4()
    await overlay_publisher.begin(utterance, "Ciao!")
    await overlay_publisher.audio(utterance, 0, CHUNK)
    await overlay_publisher.end(utterance, 20)
    assert len(trips) == 3
