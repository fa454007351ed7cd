"""The ElevenLabs voice: text goes in, streamed PCM comes out of its text-to-speech API."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.types import VoiceSettings

from speech.errors import SpeechError
from speech.providers.answers import KEPT_OPEN_S, httpx_faults, proven_pcm, refuse_failure
from speech.providers.public_addresses import only_public
from speech.stage.audio import AudioChunk
from speech.stage.ports import Voice

_SERVICE = "ElevenLabs"
_ADDRESS = "https://api.elevenlabs.io"
_LIMITS = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=KEPT_OPEN_S)
_PIECE_S = 0.02
# The range of the API's speed setting.
_SLOWEST, _FASTEST = 0.7, 1.2
# The id becomes part of the address.
_VOICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The API obeys <break> and <phoneme> tags in plain text; without the brackets they are words.
_NO_TAGS = str.maketrans("<>", "  ")


class ElevenLabsSynthesizer:
    """Speaks with ElevenLabs. `Voice.speed` is held to 0.7..1.2; `Voice.pitch` has no counterpart there.

    `timeout_s` bounds every wait on the network by itself: the connection, and each piece of audio.
    Nothing is tried twice here: a line that comes late is worth nothing in a live. `guarded` keeps it from
    any address that is not a public one.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model_id: str = "eleven_flash_v2_5",
        base_url: str | None = None,
        timeout_s: float = 10.0,
        sample_rate_hz: int = 24_000,
        guarded: bool = False,
    ) -> None:
        # The key travels in a header of its own, which a redirect elsewhere would carry along.
        self._http = httpx.AsyncClient(
            transport=only_public(httpx.AsyncHTTPTransport(limits=_LIMITS)) if guarded else None,
            limits=_LIMITS,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=not guarded,
            event_hooks={"response": [refuse_failure]},
        )
        self._client = AsyncElevenLabs(
            api_key=api_key, base_url=base_url or None, timeout=timeout_s, httpx_client=self._http
        )
        self._address = base_url or _ADDRESS
        self._model_id = model_id
        self._sample_rate_hz = sample_rate_hz

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def keep_warm(self) -> None:
        """Have a connection open, so that the next line need not wait for one. Never raises."""
        with suppress(httpx.HTTPError):
            await self._http.head(self._address)

    async def synthesize(self, text: str, voice: Voice) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it arrives."""
        if not _VOICE_ID.fullmatch(voice.voice_id):
            raise SpeechError(f"{_SERVICE}: no such voice", permanent=True)
        with httpx_faults(_SERVICE):
            async with aclosing(self._stream(text.translate(_NO_TAGS), voice)) as pieces:
                async for piece in pieces:
                    yield AudioChunk(piece, self._sample_rate_hz)

    async def _stream(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        speed = min(max(voice.speed, _SLOWEST), _FASTEST)
        async with self._client.text_to_speech.with_raw_response.stream(
            voice.voice_id,
            text=text,
            model_id=self._model_id,
            output_format=f"pcm_{self._sample_rate_hz}",
            language_code=self._language_code(voice),
            voice_settings=None if speed == 1.0 else VoiceSettings(speed=speed),
            request_options={"max_retries": 0, "chunk_size": int(_PIECE_S * self._sample_rate_hz) * 2},
        ) as response:
            content_type = response.headers.get("content-type")
            async with aclosing(proven_pcm(_SERVICE, content_type, response.data)) as pieces:
                async for piece in pieces:
                    yield piece

    def _language_code(self, voice: Voice) -> str | None:
        # The multilingual models find the language by themselves and take no code.
        return None if "multilingual" in self._model_id else voice.language[:2].lower()
