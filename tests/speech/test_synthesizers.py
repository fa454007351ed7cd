from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from providers.models import Credential
from providers.querysets import TenantCredential
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer
from speech.runtime.synthesizers import open_synthesizer, open_with_key
from speech.services.voices import Provider


@pytest.mark.parametrize(
    ("transport", "way"), [("http", ElevenLabsSynthesizer), ("websocket", ElevenLabsSocketSynthesizer)]
)
async def test_elevenlabs_speaks_over_the_transport_that_was_set(
    settings: Any, transport: str, way: type
) -> None:
    settings.ELEVENLABS_TRANSPORT = transport
    async with AsyncExitStack() as stack:
        assert isinstance(await open_synthesizer(stack, Provider.ELEVENLABS), way)


@pytest.mark.parametrize(
    ("base_url", "way"),
    [("", ElevenLabsSocketSynthesizer), ("https://voices.example", ElevenLabsSynthesizer)],
)
async def test_a_key_with_an_address_of_its_own_speaks_over_http_whatever_was_set(
    settings: Any, base_url: str, way: type
) -> None:
    settings.ELEVENLABS_TRANSPORT = "websocket"
    own = TenantCredential(
        uuid4(), Credential.Kind.VOICE, Provider.ELEVENLABS, "key", "", base_url, datetime.now(UTC)
    )
    voice = open_with_key(own)
    assert isinstance(voice, way)
    await voice.aclose()
