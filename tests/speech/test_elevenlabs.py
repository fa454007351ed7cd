from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.stage.ports import Voice
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.speech_http import Answer
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard

GEORGE = "JBFqnCBsd6RMkjVDRZzb"


@pytest_asyncio.fixture
async def server() -> AsyncGenerator[FakeElevenLabs, None]:
    with FakeElevenLabs() as fake:
        yield fake


async def say(server: FakeElevenLabs, text: str, voice: Voice, **options: str | int) -> set[int]:
    synthesizer = ElevenLabsSynthesizer(api_key="key", base_url=server.url, timeout_s=2, **options)  # type: ignore[arg-type]
    try:
        return {chunk.sample_rate_hz for chunk in await heard(synthesizer.synthesize(text, voice))}
    finally:
        await synthesizer.aclose()


async def test_the_request_asks_for_streamed_pcm_in_the_voice_and_language(server: FakeElevenLabs) -> None:
    assert await say(server, "ciao", Voice(GEORGE, "it-IT")) == {24_000}
    (asked,) = server.asked
    assert asked.path == f"/v1/text-to-speech/{GEORGE}/stream"
    assert asked.query["output_format"] == "pcm_24000"
    assert asked.headers["xi-api-key"] == "key"
    assert asked.body["text"] == "ciao"
    assert asked.body["model_id"] == "eleven_flash_v2_5"
    assert asked.body["language_code"] == "it"


async def test_another_rate_is_asked_for_and_carried_along(server: FakeElevenLabs) -> None:
    server.answer = Answer(pieces=(tone(0.5, 16_000),))
    assert await say(server, "ciao", Voice(GEORGE, "it"), sample_rate_hz=16_000) == {16_000}
    assert server.asked[0].query["output_format"] == "pcm_16000"


@pytest.mark.parametrize(("speed", "sent"), [(0.1, 0.7), (1.1, 1.1), (3.0, 1.2)])
async def test_speed_is_held_to_what_the_service_takes(
    server: FakeElevenLabs, speed: float, sent: float
) -> None:
    await say(server, "ciao", Voice(GEORGE, "it", speed=speed))
    assert server.asked[0].body["voice_settings"]["speed"] == sent


async def test_a_natural_speed_leaves_the_settings_of_the_voice_alone(server: FakeElevenLabs) -> None:
    await say(server, "ciao", Voice(GEORGE, "it"))
    assert server.asked[0].body.get("voice_settings") is None


async def test_a_multilingual_model_is_not_told_the_language(server: FakeElevenLabs) -> None:
    await say(server, "ciao", Voice(GEORGE, "it"), model_id="eleven_multilingual_v2")
    assert server.asked[0].body.get("language_code") is None


async def test_tags_in_a_line_lose_their_brackets(server: FakeElevenLabs) -> None:
    await say(server, 'ciao <break time="9s"/> a tutti', Voice(GEORGE, "it"))
    assert "<" not in server.asked[0].body["text"]
    assert "break time" in server.asked[0].body["text"]


@pytest.mark.parametrize("voice_id", ["", "../../v1/user", "a?b", "a b", "è"])
async def test_a_voice_id_that_is_no_id_is_refused_before_any_request(
    server: FakeElevenLabs, voice_id: str
) -> None:
    with pytest.raises(SpeechError) as fault:
        await say(server, "ciao", Voice(voice_id, "it"))
    assert fault.value.permanent
    assert server.asked == []


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1", "127.0.0.1", "http://:x"])
async def test_a_malformed_address_is_a_permanent_fault(base_url: str) -> None:
    synthesizer = ElevenLabsSynthesizer(api_key="key", base_url=base_url)
    with pytest.raises(SpeechError) as fault:
        await heard(synthesizer.synthesize("ciao", Voice(GEORGE, "it")))
    await synthesizer.aclose()
    assert fault.value.permanent


async def test_a_malformed_key_is_a_permanent_fault_that_does_not_show_it(server: FakeElevenLabs) -> None:
    for key in "chiave-è-segreta", "segreta\n":
        synthesizer = ElevenLabsSynthesizer(api_key=key, base_url=server.url)
        with pytest.raises(SpeechError) as fault:
            await heard(synthesizer.synthesize("ciao", Voice(GEORGE, "it")))
        await synthesizer.aclose()
        assert fault.value.permanent
        assert "segreta" not in str(fault.value)
