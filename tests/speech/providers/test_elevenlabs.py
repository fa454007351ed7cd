"""What ElevenLabs is asked, over HTTP and over its WebSocket alike."""

from collections.abc import Iterator
from typing import Any

import pytest

from speech.errors import SpeechError
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer
from speech.stage.ports import VoiceSpec
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.fakes.speech_http import Answer, FakeSpeech
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard

GEORGE = "JBFqnCBsd6RMkjVDRZzb"

Way = type[ElevenLabsSynthesizer] | type[ElevenLabsSocketSynthesizer]
FAKES: dict[Way, type[FakeSpeech]] = {
    ElevenLabsSynthesizer: FakeElevenLabs,
    ElevenLabsSocketSynthesizer: FakeElevenLabsSocket,
}


@pytest.fixture(params=FAKES)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def server(way: Way) -> Iterator[FakeSpeech]:
    with FAKES[way]() as fake:
        yield fake


async def say(way: Way, base_url: str, text: str, voice: VoiceSpec, **options: Any) -> set[int]:
    synthesizer = way(**{"api_key": "key", "base_url": base_url, "timeout_s": 2.0, **options})
    try:
        return {chunk.sample_rate_hz for chunk in await heard(synthesizer.synthesize(text, voice))}
    finally:
        await synthesizer.aclose()


async def test_the_request_asks_for_streamed_pcm_in_the_voice_and_language(
    way: Way, server: FakeSpeech
) -> None:
    assert await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it-IT")) == {24_000}
    (asked,) = server.asked
    assert asked.path.startswith(f"/v1/text-to-speech/{GEORGE}/")
    assert asked.headers["xi-api-key"] == "key"
    assert asked.query["output_format"] == "pcm_24000"
    assert asked.body["text"].strip() == "ciao"
    told = asked.query | asked.body
    assert told["model_id"] == "eleven_flash_v2_5"
    assert told["language_code"] == "it"


async def test_another_rate_is_asked_for_and_carried_along(way: Way, server: FakeSpeech) -> None:
    server.answer = Answer(pieces=(tone(0.5, 16_000),))
    assert await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it"), sample_rate_hz=16_000) == {16_000}
    assert server.asked[0].query["output_format"] == "pcm_16000"


@pytest.mark.parametrize(("speed", "sent"), [(0.1, 0.7), (1.1, 1.1), (3.0, 1.2)])
async def test_speed_is_held_to_what_the_service_takes(
    way: Way, server: FakeSpeech, speed: float, sent: float
) -> None:
    await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it", speed=speed))
    assert server.asked[0].body["voice_settings"]["speed"] == sent


async def test_a_natural_speed_leaves_the_settings_of_the_voice_alone(way: Way, server: FakeSpeech) -> None:
    await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it"))
    assert server.asked[0].body.get("voice_settings") is None


async def test_a_multilingual_model_is_not_told_the_language(way: Way, server: FakeSpeech) -> None:
    await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it"), model_id="eleven_multilingual_v2")
    asked = server.asked[0]
    assert (asked.query | asked.body).get("language_code") is None


async def test_tags_in_a_line_lose_their_brackets(way: Way, server: FakeSpeech) -> None:
    await say(way, server.url, 'ciao <break time="9s"/> a tutti', VoiceSpec(GEORGE, "it"))
    assert "<" not in server.asked[0].body["text"]
    assert "break time" in server.asked[0].body["text"]


@pytest.mark.parametrize("voice_id", ["", "../../v1/user", "a?b", "a b", "è"])
async def test_a_voice_id_that_is_no_id_is_refused_before_any_request(
    way: Way, server: FakeSpeech, voice_id: str
) -> None:
    with pytest.raises(SpeechError) as fault:
        await say(way, server.url, "ciao", VoiceSpec(voice_id, "it"))
    assert fault.value.permanent
    assert server.asked == []


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1", "127.0.0.1", "http://:x"])
async def test_a_malformed_address_is_a_permanent_fault(way: Way, base_url: str) -> None:
    with pytest.raises(SpeechError) as fault:
        await say(way, base_url, "ciao", VoiceSpec(GEORGE, "it"))
    assert fault.value.permanent


@pytest.mark.parametrize("key", ["chiave-è-segreta", "segreta\n"])
async def test_a_malformed_key_is_a_permanent_fault_that_does_not_show_it(
    way: Way, server: FakeSpeech, key: str
) -> None:
    with pytest.raises(SpeechError) as fault:
        await say(way, server.url, "ciao", VoiceSpec(GEORGE, "it"), api_key=key)
    assert fault.value.permanent
    assert "segreta" not in str(fault.value)
