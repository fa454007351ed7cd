"""Speaks with ElevenLabs over its multi-context WebSocket; the lines of a voice share a socket."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

from speech.errors import SpeechError
from speech.providers.answers import broken, late, malformed, status_fault
from speech.providers.elevenlabs_contexts import SharedSocket
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

# The service's maximum idle time of a socket.
_INACTIVITY_S = 180
# An idle socket is replaced after this time, before the service closes it; `keep_warm` runs every minute.
_FRESH_S = 100.0
# How long a silent voice keeps a socket open, and for how many voices.
_KEPT_WARM_S = 600.0
_MOST_WARM = 20
# A message may hold a whole sentence.
_MOST_MESSAGE_BYTES = 16 * 2**20
_MOST_MESSAGES = 64
_CLOSE_S = 1.0

# The library logs keys and texts at lower levels.
_wire = logging.getLogger(f"{__name__}.wire")
_wire.setLevel(logging.WARNING)

# What a socket is opened for: voice id and language code.
_Spoken = tuple[str, str | None]


class _Connect(connect):
    """Follows no redirect, which would carry the key's header along."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


@dataclass(slots=True)
class _Sockets:
    """The sockets of one voice in one language."""

    used_at_s: float = 0.0
    open: list[SharedSocket] = field(default_factory=list)
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def with_room(self) -> SharedSocket | None:
        return next((socket for socket in self.open if socket.has_room), None)

    @property
    def are_idle(self) -> bool:
        return not self.opening.locked() and not any(socket.is_busy for socket in self.open)

    def keep(self, keeps: Callable[[SharedSocket], bool]) -> None:
        """Close idle sockets, except those for which `keeps` is true and that have room."""
        for socket in self.open:
            if not socket.is_busy and not (socket.has_room and keeps(socket)):
                socket.drop()
        self.open = [socket for socket in self.open if socket.is_usable]


class ElevenLabsSocketSynthesizer:
    """Speaks with ElevenLabs over its multi-context WebSocket, in the ranges of `ElevenLabsSynthesizer`.

    The lines of a voice share a socket, which stays open between them; when it is full, another one is
    opened. `timeout_s` limits each wait on the network: the connection, and each piece of audio. Nothing is
    retried. It does not check addresses: an address that a user chose needs `ElevenLabsSynthesizer`.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model_id: str = MODEL_ID,
        base_url: str | None = None,
        timeout_s: float = 10.0,
        sample_rate_hz: int = 24_000,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_key = api_key
        self._model_id = model_id
        self._address = base_url or ADDRESS
        self._timeout_s = timeout_s
        self._sample_rate_hz = sample_rate_hz
        self._now_s = now_s
        self._sockets: dict[_Spoken, _Sockets] = {}  # least recently used first

    async def aclose(self) -> None:
        """Close the connections."""
        sockets = [socket for each in self._sockets.values() for socket in each.open]
        self._sockets.clear()
        await asyncio.gather(*(socket.aclose() for socket in sockets))

    async def keep_warm(self) -> None:
        """Keep a socket open for each voice that spoke recently. Never raises."""
        self._close_idle()
        for spoken, sockets in list(self._sockets.items()):
            if not sockets.open:
                with suppress(SpeechError):
                    await self._socket_for(spoken)

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it arrives."""
        check_voice(voice)
        size = int(PIECE_S * self._sample_rate_hz) * BYTES_PER_SAMPLE
        async with (
            aclosing(self._stream(untagged(text), voice)) as body,
            aclosing(raw_audio(SERVICE, None, body, rate_hz=self._sample_rate_hz)) as chunks,
        ):
            async for chunk in chunks:
                for start in range(0, len(chunk.pcm), size):
                    yield AudioChunk(chunk.pcm[start : start + size], chunk.sample_rate_hz)

    async def _stream(self, text: str, voice: VoiceSpec) -> AsyncGenerator[bytes, None]:
        spoken = voice.voice_id, language_code(voice, self._model_id)
        sockets = self._sockets[spoken] = self._sockets.pop(spoken, _Sockets())
        sockets.used_at_s = self._now_s()
        self._close_idle()
        socket = await self._socket_for(spoken)
        # Takes the room before any other task can run.
        async with aclosing(socket.say(text, speed=speed_of(voice), timeout_s=self._timeout_s)) as pieces:
            async for piece in pieces:
                yield piece

    async def _socket_for(self, spoken: _Spoken) -> SharedSocket:
        sockets = self._sockets.setdefault(spoken, _Sockets())
        socket = sockets.with_room
        if socket is None:
            try:
                async with asyncio.timeout(self._timeout_s), sockets.opening:
                    # Tasks that waited for another one to open a socket share it.
                    socket = sockets.with_room or await self._open(spoken, sockets)
            except TimeoutError:
                raise late(SERVICE) from None
        socket.used_at_s = self._now_s()
        return socket

    async def _open(self, spoken: _Spoken, sockets: _Sockets) -> SharedSocket:
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise malformed(SERVICE)
        with _handshake_faults():
            connection = await _Connect(
                self._address_of(*spoken),
                additional_headers={"xi-api-key": self._api_key},
                compression=None,
                open_timeout=None,
                close_timeout=_CLOSE_S,
                max_size=_MOST_MESSAGE_BYTES,
                max_queue=_MOST_MESSAGES,
                logger=_wire,
            )
        socket = SharedSocket(connection)
        sockets.open.append(socket)
        return socket

    def _address_of(self, voice_id: str, code: str | None) -> str:
        query = {
            "model_id": self._model_id,
            "output_format": f"pcm_{self._sample_rate_hz}",
            "auto_mode": "true",
            "inactivity_timeout": _INACTIVITY_S,
            **({"language_code": code} if code else {}),
        }
        # http becomes ws, https becomes wss; anything else becomes an address that cannot be opened.
        address = "ws" + self._address.removeprefix("http").rstrip("/")
        return f"{address}/v1/text-to-speech/{voice_id}/multi-stream-input?{urlencode(query)}"

    def _close_idle(self) -> None:
        """Close sockets that were idle too long, and those of voices that are silent or too many."""
        now_s = self._now_s()
        too_many = len(self._sockets) - _MOST_WARM
        for at, (spoken, sockets) in enumerate(list(self._sockets.items())):
            sockets.keep(lambda socket: now_s - socket.used_at_s < _FRESH_S)
            is_old = now_s - sockets.used_at_s > _KEPT_WARM_S
            if sockets.are_idle and (is_old or at < too_many):
                sockets.keep(lambda socket: False)
                del self._sockets[spoken]


@contextmanager
def _handshake_faults() -> Iterator[None]:
    """Turn errors of the handshake into `SpeechError`, without their messages, which may quote keys."""
    try:
        yield
    except InvalidStatus as error:
        raise status_fault(SERVICE, error.response.status_code) from None
    except OSError:
        raise broken(SERVICE) from None
    except (InvalidURI, ValueError):
        raise malformed(SERVICE) from None
    except WebSocketException:
        raise broken(SERVICE) from None
