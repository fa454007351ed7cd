from collections.abc import AsyncGenerator

import pytest_asyncio

from speech.providers.espeak import EspeakSynthesizer


@pytest_asyncio.fixture
async def espeak() -> AsyncGenerator[EspeakSynthesizer, None]:
    """One helper, so that every line of a test goes through the same process."""
    synthesizer = EspeakSynthesizer(pool_size=1)
    yield synthesizer
    await synthesizer.aclose()
