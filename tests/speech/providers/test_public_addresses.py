import socket
from typing import Any

import httpx
import pytest

from speech.errors import SpeechError
from speech.providers.azure import AzureSynthesizer
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.providers.public_addresses import is_public, only_public
from speech.stage.ports import VoiceSpec
from tests.speech.listening import heard

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - listens to nobody
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
]


def resolving_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have names resolve to these, one answer after the other; what is asked for is returned as it grows."""
    asked: list[str] = []
    rest = list(answers)

    async def getaddrinfo(self: Any, host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in text], 1, 6, "", (text, port)) for text in rest.pop(0)]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
    return asked


class Recorded(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, request=request)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_what_is_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_inside_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving_to(monkeypatch, ["93.184.216.34", address])
    inner = Recorded()
    async with httpx.AsyncClient(transport=only_public(inner)) as client:
        with pytest.raises(SpeechError) as fault:
            await client.get("https://voices.example/")
    assert fault.value.permanent
    assert inner.requests == []


async def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    inner = Recorded()
    async with httpx.AsyncClient(transport=only_public(inner)) as client:
        await client.get("https://voices.example/v1")
    (request,) = inner.requests
    assert asked == ["voices.example"]
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == "voices.example"
    assert request.extensions["sni_hostname"] == "voices.example"


async def test_a_plain_connection_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, ["93.184.216.34"])
    async with httpx.AsyncClient(transport=only_public(Recorded())) as client:
        with pytest.raises(SpeechError):
            await client.get("http://voices.example/")


@pytest.mark.parametrize(
    "synthesizer",
    [
        lambda url: AzureSynthesizer(api_key="key", base_url=url, guarded=True),
        lambda url: ElevenLabsSynthesizer(api_key="key", base_url=url, guarded=True),
        lambda url: OpenAISynthesizer(api_key="key", base_url=url, guarded=True),
    ],
    ids=["azure", "elevenlabs", "openai"],
)
@pytest.mark.parametrize("url", ["https://127.0.0.1:1/v1", "https://localhost:1", "https://[::1]:1"])
async def test_every_guarded_voice_refuses_what_leads_inside(synthesizer: Any, url: str) -> None:
    voice = synthesizer(url)
    with pytest.raises(SpeechError) as fault:
        await heard(voice.synthesize("ciao", VoiceSpec("it-IT-ElsaNeural", "it")))
    await voice.aclose()
    assert fault.value.permanent
    assert "not a public one" in str(fault.value)
