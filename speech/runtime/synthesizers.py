"""Opens the synthesizer of each provider, with the installation's key or a workspace's.

The libraries of ElevenLabs and OpenAI take half a second each to import, and most processes use neither: they
are imported by the first voice that needs them. A worker loads them at its start (`LIBRARIES_OF_LIVES`).
"""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Protocol

from django.conf import settings

from providers.querysets import TenantCredential
from speech.errors import SpeechError
from speech.providers.azure import AzureSynthesizer
from speech.providers.espeak import EspeakSynthesizer
from speech.providers.pico import PicoSynthesizer
from speech.providers.piper import PiperSynthesizer
from speech.services.voices import Provider, has_shared
from speech.stage.ports import Synthesizer

logger = logging.getLogger(__name__)


class OpenSynthesizer(Synthesizer, Protocol):
    """A synthesizer that its opener closes."""

    async def aclose(self) -> None: ...


class EmbeddedSynthesizer(OpenSynthesizer, Protocol):
    """A synthesizer in helper processes of our own."""

    async def warm_up(self) -> None:
        """Start the helpers; raise `SpeechError`."""


async def open_synthesizers(stack: AsyncExitStack) -> dict[str, Synthesizer]:
    """Open every provider that this installation can use, including the embedded ones."""
    providers = [each.value for each in Provider if has_shared(each.value)]
    return {provider: await open_synthesizer(stack, provider) for provider in providers}


async def open_synthesizer(
    stack: AsyncExitStack, provider: str, *, pool_size: int = 2, warm: bool = True
) -> Synthesizer:
    """Open a provider's synthesizer.

    `pool_size`: number of a built-in voice's helper processes; `warm`: start them ahead. One that does not
    start is tried again with every line.
    """
    if provider in _EMBEDDED:
        embedded = _EMBEDDED[provider](pool_size)
        stack.push_async_callback(embedded.aclose)
        if warm:
            try:
                await embedded.warm_up()
            except SpeechError as error:
                logger.error("built-in voice not started: provider=%s reason=%s", provider, error)
        return embedded
    opened = _SHARED[provider]()
    stack.push_async_callback(opened.aclose)
    return opened


def open_with_key(own: TenantCredential) -> OpenSynthesizer:
    """Open a provider with a workspace's key. An address of its own leads to the open internet only."""
    return _OWN[own.provider](own)


def _elevenlabs(own: TenantCredential | None = None) -> OpenSynthesizer:
    from speech.providers.elevenlabs import ElevenLabsSynthesizer
    from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer

    guarded = bool(own and own.base_url)
    # Only over HTTP is an address that a user chose checked, and what was checked connected to.
    way: Callable[..., OpenSynthesizer] = (
        ElevenLabsSocketSynthesizer
        if settings.ELEVENLABS_TRANSPORT == "websocket" and not guarded
        else partial(ElevenLabsSynthesizer, guarded=guarded)
    )
    return way(
        api_key=own.secret if own else settings.ELEVENLABS_API_KEY,
        base_url=(own.base_url if own else "") or settings.ELEVENLABS_BASE_URL,
        model_id=settings.ELEVENLABS_MODEL,
        timeout_s=settings.ELEVENLABS_TIMEOUT_S,
    )


def _openai(own: TenantCredential | None = None) -> OpenSynthesizer:
    from speech.providers.openai_speech import OpenAISynthesizer

    return OpenAISynthesizer(
        api_key=own.secret if own else settings.OPENAI_API_KEY,
        base_url=(own.base_url if own else "") or settings.OPENAI_BASE_URL,
        model=settings.OPENAI_SPEECH_MODEL,
        timeout_s=settings.OPENAI_TIMEOUT_S,
        guarded=bool(own and own.base_url),
    )


def _azure(own: TenantCredential | None = None) -> OpenSynthesizer:
    has_place = own is not None and bool(own.base_url or own.region)
    return AzureSynthesizer(
        api_key=own.secret if own else settings.AZURE_SPEECH_KEY,
        region=own.region if own and has_place else settings.AZURE_SPEECH_REGION,
        base_url=own.base_url if own and has_place else settings.AZURE_SPEECH_BASE_URL,
        timeout_s=settings.AZURE_SPEECH_TIMEOUT_S,
        sample_rate_hz=settings.AZURE_SPEECH_RATE_HZ,
        guarded=bool(own and own.base_url),
    )


def _piper() -> OpenSynthesizer:
    return PiperSynthesizer(
        command=settings.PIPER_COMMAND,
        voices_dir=settings.PIPER_VOICES_DIR,
        timeout_s=settings.PIPER_TIMEOUT_S,
    )


_EMBEDDED: dict[str, Callable[[int], EmbeddedSynthesizer]] = {
    Provider.PICO: lambda pool_size: PicoSynthesizer(pool_size=pool_size),
    Provider.ESPEAK: lambda pool_size: EspeakSynthesizer(pool_size=pool_size),
}
_SHARED: dict[str, Callable[[], OpenSynthesizer]] = {
    Provider.ELEVENLABS: _elevenlabs,
    Provider.OPENAI: _openai,
    Provider.AZURE: _azure,
    Provider.PIPER: _piper,
}
_OWN: dict[str, Callable[[TenantCredential], OpenSynthesizer]] = {
    Provider.ELEVENLABS: _elevenlabs,
    Provider.OPENAI: _openai,
    Provider.AZURE: _azure,
}
