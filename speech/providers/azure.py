"""Speaks with Azure's text-to-speech REST API, which streams PCM."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from xml.sax.saxutils import escape, quoteattr

import httpx

from speech.errors import SpeechError
from speech.providers.answers import httpx_faults, open_voice_client
from speech.providers.raw_audio import raw_audio
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk
from speech.stage.capabilities import capabilities_of
from speech.stage.ports import VoiceSpec
from speech.stage.text_normalization.unspeakable import remove_unspeakable

SERVICE = "Azure"
# https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
PATH = "/cognitiveservices/v1"

_PIECE_S = 0.02
_RATES_HZ = capabilities_of("azure").rates_hz
_REGION = re.compile(r"[a-z0-9]{2,40}")
_VOICE_ID = re.compile(r"[A-Za-z0-9:_-]{1,100}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# The service's limit for pitch, in per cent.
_MOST_PITCH = 50


def address_of(*, region: str, base_url: str) -> str:
    """Return the address of a resource; raise `SpeechError` when both are missing."""
    if base_url:
        return base_url.rstrip("/")
    if not _REGION.fullmatch(region):
        raise SpeechError("Azure cannot be asked: its region or address is missing.", permanent=True)
    return f"https://{region}.tts.speech.microsoft.com"


class AzureSynthesizer:
    """Speaks with Azure. Speed is held to 0.5..2.0; pitch 1.0 is half as high again.

    `region` ("westeurope") or `base_url` gives the address. `timeout_s` limits each wait on the network: the
    connection, and each piece of audio. Nothing is retried: a late line is worth nothing in a live. `guarded`
    allows public addresses only.
    """

    def __init__(
        self,
        *,
        api_key: str,
        region: str = "",
        base_url: str = "",
        timeout_s: float = 10.0,
        sample_rate_hz: int = 24_000,
        guarded: bool = False,
    ) -> None:
        if sample_rate_hz not in _RATES_HZ:
            raise ValueError(f"Azure's rate must be one of {_RATES_HZ}.")
        self._http = open_voice_client(timeout_s=timeout_s, guarded=guarded)
        self._api_key = api_key
        self._region = region
        self._base_url = base_url
        self._sample_rate_hz = sample_rate_hz

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def keep_warm(self) -> None:
        """Keep a connection open for the next line. Never raises."""
        with suppress(httpx.HTTPError, SpeechError):
            await self._http.head(address_of(region=self._region, base_url=self._base_url))

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it arrives."""
        ssml = ssml_of(text, voice)
        with httpx_faults(SERVICE):
            async with aclosing(self._stream(ssml)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _stream(self, ssml: str) -> AsyncGenerator[AudioChunk, None]:
        address = address_of(region=self._region, base_url=self._base_url) + PATH
        headers = {
            "Ocp-Apim-Subscription-Key": self._api_key,
            "Content-Type": "application/ssml+xml",
            "X-Microsoft-OutputFormat": f"raw-{self._sample_rate_hz // 1000}khz-16bit-mono-pcm",
            "User-Agent": "vivavoce",
        }
        async with self._http.stream("POST", address, content=ssml.encode(), headers=headers) as response:
            kind = response.headers.get("content-type")
            body = response.aiter_bytes(int(_PIECE_S * self._sample_rate_hz) * BYTES_PER_SAMPLE)
            async with aclosing(raw_audio(SERVICE, kind, body, rate_hz=self._sample_rate_hz)) as chunks:
                async for chunk in chunks:
                    yield chunk


def ssml_of(text: str, voice: VoiceSpec) -> str:
    """Return the SSML of a line. Markup in the text is escaped, so it is spoken and never obeyed."""
    if not _VOICE_ID.fullmatch(voice.voice_id) or not _LANGUAGE.fullmatch(voice.language):
        raise SpeechError(f"{SERVICE}: no such voice", permanent=True)
    # A voice's name begins with its accent; the language alone has none.
    accent = "-".join(voice.voice_id.split("-")[:2]) if voice.voice_id.count("-") > 1 else voice.language
    words = escape(remove_unspeakable(text))
    prosody = _prosody(voice)
    spoken = f"<prosody {prosody}>{words}</prosody>" if prosody else words
    return (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" '
        f"xml:lang={quoteattr(accent)}><voice name={quoteattr(voice.voice_id)}>{spoken}</voice></speak>"
    )


def _prosody(voice: VoiceSpec) -> str:
    can = capabilities_of("azure")
    speed = can.speed.hold(voice.speed) if can.speed else 1.0
    pitch = can.pitch.hold(voice.pitch) if can.pitch else 0.0
    settings = []
    if speed != 1.0:
        settings.append(f'rate="{(speed - 1) * 100:+.0f}%"')
    if pitch:
        settings.append(f'pitch="{pitch * _MOST_PITCH:+.0f}%"')
    return " ".join(settings)
