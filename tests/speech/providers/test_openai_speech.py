from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.openai_speech import OpenAISynthesizer
from speech.stage.ports import VoiceSpec
from tests.fakes.openai_speech import FakeOpenAISpeech
from tests.speech.listening import heard


@pytest_asyncio.fixture
async def server() -> AsyncGenerator[FakeOpenAISpeech, None]:
    with FakeOpenAISpeech() as fake:
        yield fake


async def say(server: FakeOpenAISpeech, voice: VoiceSpec, key: str = "key") -> None:
    synthesizer = OpenAISynthesizer(api_key=key, base_url=server.base_url, model="tts-1", timeout_s=2)
    try:
        await heard(synthesizer.synthesize("ciao", voice))
    finally:
        await synthesizer.aclose()


async def test_the_request_asks_for_pcm_in_the_voice(server: FakeOpenAISpeech) -> None:
    await say(server, VoiceSpec("coral", "it"))
    (asked,) = server.asked
    assert asked.path == "/v1/audio/speech"
    assert asked.headers["authorization"] == "Bearer key"
    assert asked.body == {"input": "ciao", "model": "tts-1", "voice": "coral", "response_format": "pcm"}


@pytest.mark.parametrize(("speed", "sent"), [(0.1, 0.25), (1.3, 1.3), (9.0, 4.0)])
async def test_speed_is_held_to_what_the_service_takes(
    server: FakeOpenAISpeech, speed: float, sent: float
) -> None:
    await say(server, VoiceSpec("coral", "it", speed=speed))
    assert server.asked[0].body["speed"] == sent


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1", "127.0.0.1"])
async def test_a_malformed_address_is_a_permanent_fault(base_url: str) -> None:
    synthesizer = OpenAISynthesizer(api_key="key", base_url=base_url, model="tts-1", timeout_s=2)
    with pytest.raises(SpeechError) as fault:
        await heard(synthesizer.synthesize("ciao", VoiceSpec("coral", "it")))
    await synthesizer.aclose()
    assert fault.value.permanent


async def test_a_malformed_key_is_a_permanent_fault_that_does_not_show_it(server: FakeOpenAISpeech) -> None:
    for key in "chiave-è-segreta", "segreta\n":
        with pytest.raises(SpeechError) as fault:
            await say(server, VoiceSpec("coral", "it"), key)
        assert fault.value.permanent
        assert "segreta" not in str(fault.value)
