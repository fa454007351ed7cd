"""Each provider's real client at its local fake, which really speaks, at a level of its own."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from speech.providers.azure import AzureSynthesizer
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer
from speech.providers.espeak import EspeakSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.providers.pico import PicoSynthesizer
from speech.providers.piper import PiperSynthesizer
from speech.stage.ports import Synthesizer, VoiceSpec
from tests.fakes import piper
from tests.fakes.azure import FakeAzure
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.fakes.openai_speech import ENGLISH_VOICE, FakeOpenAISpeech
from tests.fakes.spoken import Espeak, Speech

KEY = "a-key"

Voices = Mapping[str, VoiceSpec]
Do = Callable[[Coroutine[Any, Any, Any]], Any]  # runs something on the loop on which it is spoken


@dataclass(frozen=True, slots=True)
class Provided:
    """What speaks, and its voice for each language."""

    synthesizer: Synthesizer
    voices: Voices


@contextmanager
def elevenlabs(do: Do) -> Iterator[Provided]:
    with Espeak() as espeak, FakeElevenLabs(speech=Speech(espeak, lufs=-27.0)) as server:
        client = ElevenLabsSynthesizer(api_key=KEY, base_url=server.url)
        yield Provided(client, {"it": VoiceSpec("voce", "it"), "en": VoiceSpec("voice", "en")})
        do(client.aclose())


@contextmanager
def elevenlabs_websocket(do: Do) -> Iterator[Provided]:
    with Espeak() as espeak, FakeElevenLabsSocket(speech=Speech(espeak, lufs=-27.0)) as server:
        client = ElevenLabsSocketSynthesizer(api_key=KEY, base_url=server.url)
        yield Provided(client, {"it": VoiceSpec("voce", "it"), "en": VoiceSpec("voice", "en")})
        do(client.aclose())


@contextmanager
def openai(do: Do) -> Iterator[Provided]:
    with Espeak() as espeak, FakeOpenAISpeech(speech=Speech(espeak, lufs=-14.0)) as server:
        client = OpenAISynthesizer(api_key=KEY, base_url=server.base_url)
        yield Provided(client, {"it": VoiceSpec("coral", "it"), "en": VoiceSpec(ENGLISH_VOICE, "en")})
        do(client.aclose())


@contextmanager
def azure(do: Do, *, rate_hz: int = 24_000) -> Iterator[Provided]:
    with Espeak() as espeak, FakeAzure(speech=Speech(espeak, rate_hz, lufs=-19.0)) as server:
        client = AzureSynthesizer(api_key=KEY, base_url=server.url, sample_rate_hz=rate_hz)
        yield Provided(
            client, {"it": VoiceSpec("it-IT-Elsa", "it-IT"), "en": VoiceSpec("en-US-Ava", "en-US")}
        )
        do(client.aclose())


@contextmanager
def espeak(do: Do) -> Iterator[Provided]:
    client = EspeakSynthesizer()
    do(client.warm_up())
    yield Provided(client, {"it": VoiceSpec("", "it"), "en": VoiceSpec("", "en")})
    do(client.aclose())


@contextmanager
def pico(do: Do) -> Iterator[Provided]:
    client = PicoSynthesizer()
    do(client.warm_up())
    yield Provided(client, {language: VoiceSpec("", language) for language in ("it", "en", "de")})
    do(client.aclose())


@contextmanager
def piper_program(do: Do) -> Iterator[Provided]:
    with TemporaryDirectory() as folder:
        for language in ("it", "en"):
            piper.make_voice(Path(folder), f"{language}-speaks", language)
        client = PiperSynthesizer(command=piper.COMMAND, voices_dir=folder)
        yield Provided(client, {"it": VoiceSpec("it-speaks", "it"), "en": VoiceSpec("en-speaks", "en")})
        do(client.aclose())


PROVIDERS: Mapping[str, Callable[[Do], AbstractContextManager[Provided]]] = {
    "elevenlabs": elevenlabs,
    "elevenlabs_websocket": elevenlabs_websocket,
    "openai": openai,
    "azure": azure,
    "azure, 48 kHz": partial(azure, rate_hz=48_000),
    "pico": pico,
    "espeak": espeak,
    "piper": piper_program,
}
