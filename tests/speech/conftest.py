from collections.abc import AsyncGenerator

import pytest_asyncio

from speech.providers.espeak import EspeakSynthesizer
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.speech.providers.socketed import Clock, Socketed, voice_of


@pytest_asyncio.fixture
async def espeak() -> AsyncGenerator[EspeakSynthesizer, None]:
    """One helper, so that every line of a test goes through the same process."""
    synthesizer = EspeakSynthesizer(pool_size=1)
    yield synthesizer
    await synthesizer.aclose()


@pytest_asyncio.fixture
async def socketed() -> AsyncGenerator[Socketed, None]:
    clock = Clock()
    with FakeElevenLabsSocket() as server:
        voice = voice_of(server, clock)
        yield Socketed(server, voice, clock)
        await voice.aclose()
