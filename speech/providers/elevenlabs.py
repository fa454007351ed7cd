"""Speaks with ElevenLabs over HTTP, which streams PCM."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.types import VoiceSettings

from speech.providers.answers import httpx_faults, open_voice_client
from speech.providers.elevenlabs_request import (
    ADDRESS,
    MODEL_ID,
    PIECE_S,
    SERVICE,
    check_voice,
    language_code,
    speed_of,
    untagged,
)
from speech.providers.raw_audio import raw_audio
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk
from speech.stage.ports import VoiceSpec


class ElevenLabsSynthesizer:
    """Speaks with ElevenLabs. Speed is held to 0.7..1.2; pitch is ignored.

    `timeout_s` limits each wait on the network: the connection, and each piece of audio. Nothing is retried:
    a late line is worth nothing in a live. `guarded` allows public addresses only.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model_id: str = MODEL_ID,
        base_url: str | None = None,
        timeout_s: float = 10.0,
        sample_rate_hz: int = 24_000,
        guarded: bool = False,
    ) -> None:
        self._http = open_voice_client(timeout_s=timeout_s, guarded=guarded)
        self._client = AsyncElevenLabs(
            api_key=api_key, base_url=base_url or None, timeout=timeout_s, httpx_client=self._http
        )
        self._address = base_url or ADDRESS
        self._model_id = model_id
        self._sample_rate_hz = sample_rate_hz

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def keep_warm(self) -> None:
        """Keep a connection open for the next line. Never raises."""
        with suppress(httpx.HTTPError):
            await self._http.head(self._address)

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it arrives."""
        check_voice(voice)
        with httpx_faults(SERVICE):
            async with aclosing(self._stream(untagged(text), voice)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _stream(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        speed = speed_of(voice)
        async with self._client.text_to_speech.with_raw_response.stream(
            voice.voice_id,
            text=text,
            model_id=self._model_id,
            output_format=f"pcm_{self._sample_rate_hz}",
            language_code=language_code(voice, self._model_id),
            voice_settings=None if speed is None else VoiceSettings(speed=speed),
            request_options={
                "max_retries": 0,
                "chunk_size": int(PIECE_S * self._sample_rate_hz) * BYTES_PER_SAMPLE,
            },
        ) as response:
            content_type = response.headers.get("content-type")
            answer = raw_audio(SERVICE, content_type, response.data, rate_hz=self._sample_rate_hz)
            async with aclosing(answer) as chunks:
                async for chunk in chunks:
                    yield chunk
