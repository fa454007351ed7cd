from collections.abc import AsyncGenerator
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.azure import AzureSynthesizer, address_of, ssml_of
from speech.stage.ports import VoiceSpec
from tests.fakes.azure import FakeAzure
from tests.fakes.speech_http import Answer
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard

ELSA = "it-IT-ElsaNeural"
parsed = ElementTree.fromstring  # what is parsed is our own
SSML = "{http://www.w3.org/2001/10/synthesis}"


@pytest_asyncio.fixture
async def server() -> AsyncGenerator[FakeAzure, None]:
    with FakeAzure() as fake:
        yield fake


async def say(server: FakeAzure, text: str, voice: VoiceSpec, *, rate_hz: int = 24_000) -> set[int]:
    azure = AzureSynthesizer(api_key="key", base_url=f"{server.url}/", timeout_s=2, sample_rate_hz=rate_hz)
    try:
        return {chunk.sample_rate_hz for chunk in await heard(azure.synthesize(text, voice))}
    finally:
        await azure.aclose()


async def test_the_request_asks_for_raw_pcm_in_the_voice_and_its_accent(server: FakeAzure) -> None:
    assert await say(server, "ciao", VoiceSpec(ELSA, "it")) == {24_000}
    (asked,) = server.asked
    assert asked.path == "/cognitiveservices/v1"
    assert asked.headers["ocp-apim-subscription-key"] == "key"
    assert asked.headers["content-type"] == "application/ssml+xml"
    assert asked.headers["x-microsoft-outputformat"] == "raw-24khz-16bit-mono-pcm"
    speak = parsed(asked.text)
    assert speak.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "it-IT"
    voice = speak.find(f"{SSML}voice")
    assert voice is not None
    assert (voice.attrib["name"], voice.text) == (ELSA, "ciao")


async def test_the_high_rate_is_asked_for_and_carried_along(server: FakeAzure) -> None:
    server.answer = Answer(pieces=(tone(0.2, 48_000),))
    assert await say(server, "ciao", VoiceSpec(ELSA, "it"), rate_hz=48_000) == {48_000}
    assert server.asked[0].headers["x-microsoft-outputformat"] == "raw-48khz-16bit-mono-pcm"


@pytest.mark.parametrize(
    "text",
    [
        "<break time='9s'/> ciao",
        "</voice><voice name='en-US-Guy'>hi",
        "]]><!-- & --> &lt;audio src='https://evil.example'/&gt;",
        "tom & jerry <3 \x00\x1b",
    ],
)
def test_no_markup_in_a_line_survives(text: str) -> None:
    speak = parsed(ssml_of(text, VoiceSpec(ELSA, "it")))
    assert [element.tag for element in speak.iter()] == [f"{SSML}speak", f"{SSML}voice"]


@pytest.mark.parametrize(
    ("speed", "pitch", "settings"),
    [
        (1.0, 0.0, {}),
        (1.25, 0.0, {"rate": "+25%"}),
        (9.0, -0.4, {"rate": "+100%", "pitch": "-20%"}),
        (0.1, 3.0, {"rate": "-50%", "pitch": "+50%"}),
    ],
)
def test_speed_and_pitch_are_held_to_what_the_service_takes(
    speed: float, pitch: float, settings: dict[str, str]
) -> None:
    speak = parsed(ssml_of("ciao", VoiceSpec(ELSA, "it", speed, pitch)))
    prosody = speak.find(f".//{SSML}prosody")
    assert ({} if prosody is None else prosody.attrib) == settings


@pytest.mark.parametrize("voice", [VoiceSpec("", "it"), VoiceSpec('x"><audio', "it"), VoiceSpec(ELSA, 'it"')])
def test_a_voice_that_is_none_is_refused(voice: VoiceSpec) -> None:
    with pytest.raises(SpeechError) as fault:
        ssml_of("ciao", voice)
    assert fault.value.permanent


@pytest.mark.parametrize("region", ["", "west europe", "evil.example/", "../x"])
def test_a_region_that_is_none_leads_nowhere(region: str) -> None:
    with pytest.raises(SpeechError) as fault:
        address_of(region=region, base_url="")
    assert fault.value.permanent


def test_a_region_leads_to_its_address() -> None:
    address = address_of(region="westeurope", base_url="")
    assert address == "https://westeurope.tts.speech.microsoft.com"
