"""Speaks with OpenAI's speech API or a compatible server, which streams PCM."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress

import httpx
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    OpenAIError,
    omit,
)

from providers.http import (
    AddressForbidden,
    ClientOptions,
    for_openai,
    open_guarded_client,
    open_trusted_client,
)
from speech.errors import SpeechError
from speech.providers.answers import KEPT_OPEN_S, forbidden, malformed, status_fault
from speech.providers.raw_audio import raw_audio
from speech.stage.audio import AudioChunk
from speech.stage.ports import VoiceSpec

# The API's "pcm" is 24 kHz mono s16le: https://platform.openai.com/docs/guides/text-to-speech
SAMPLE_RATE_HZ = 24_000

_SERVICE = "OpenAI speech"
_PIECE_BYTES = 960
# The range of the API's speed setting.
_SLOWEST, _FASTEST = 0.25, 4.0
# What the official client reports as a failed connection although nothing was ever sent.
_MALFORMED = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError)


class OpenAISynthesizer:
    """Speaks with OpenAI. Speed is held to 0.25..4.0; pitch is ignored.

    `timeout_s` limits each wait on the network: the connection, and each piece of audio. Nothing is retried:
    a late line is worth nothing in a live. `guarded` allows public addresses only.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model: str = "gpt-4o-mini-tts",
        base_url: str | None = None,
        timeout_s: float = 10.0,
        guarded: bool = False,
    ) -> None:
        options = ClientOptions(
            timeout_s=timeout_s, max_connections=1_000, max_keepalive_connections=100, keepalive_s=KEPT_OPEN_S
        )
        self._http = open_guarded_client(options) if guarded else open_trusted_client(options)
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url or None,
            timeout=timeout_s,
            max_retries=0,
            http_client=for_openai(self._http),
        )
        self._model = model

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def keep_warm(self) -> None:
        """Keep a connection open for the next line. Never raises."""
        with suppress(httpx.HTTPError):
            await self._http.head(str(self._client.base_url))

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it arrives."""
        with _own_faults():
            async with aclosing(self._stream(text, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _stream(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        speed = min(max(voice.speed, _SLOWEST), _FASTEST)
        async with self._client.audio.speech.with_streaming_response.create(
            input=text,
            model=self._model,
            voice=voice.voice_id,
            response_format="pcm",
            # Not every compatible server knows the field.
            speed=omit if speed == 1.0 else speed,
        ) as response:
            body = response.iter_bytes(_PIECE_BYTES)
            kind = response.headers.get("content-type")
            async with aclosing(raw_audio(_SERVICE, kind, body, rate_hz=SAMPLE_RATE_HZ)) as chunks:
                async for chunk in chunks:
                    yield chunk


@contextmanager
def _own_faults() -> Iterator[None]:
    try:
        yield
    except APIStatusError as error:
        raise status_fault(_SERVICE, error.status_code) from None
    except (APITimeoutError, httpx.TimeoutException):
        raise SpeechError(f"{_SERVICE} did not answer in time.") from None
    except (APIConnectionError, httpx.HTTPError, UnicodeEncodeError) as error:
        for cause in (error, error.__cause__):
            if isinstance(cause, AddressForbidden):
                raise forbidden(cause) from None
        if isinstance(error, _MALFORMED) or isinstance(error.__cause__, _MALFORMED):
            raise malformed(_SERVICE) from None
        raise SpeechError(f"The connection to {_SERVICE} broke.") from None
    except OpenAIError as error:
        raise SpeechError(f"{_SERVICE} failed: {type(error).__name__}.") from None
