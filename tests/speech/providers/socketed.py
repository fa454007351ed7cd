"""A voice over ElevenLabs' WebSocket and the service on the loopback, with what tests ask of the two."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from speech.errors import SpeechError
from speech.providers.elevenlabs_socket import ElevenLabsSocketSynthesizer
from speech.stage.ports import VoiceSpec
from tests.fakes.elevenlabs_socket import FakeElevenLabsSocket
from tests.fakes.speech_http import Answer, in_pieces
from tests.fakes.synthesizer import tone
from tests.speech.listening import heard, pcm_of

Result = TypeVar("Result")

KEY = "the-key-that-nobody-sees"
VOICE = VoiceSpec("george", "it-IT")
TEXT = "Benvenuti nella diretta"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def begin(what: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
    return asyncio.get_running_loop().create_task(what)


def sound(number: int) -> bytes:
    """A tone of its own for each number."""
    return tone(0.3, frequency_hz=200.0 + 50 * number)


def voice_of(
    server: FakeElevenLabsSocket, clock: Clock | None = None, *, timeout_s: float = 2.0
) -> ElevenLabsSocketSynthesizer:
    return ElevenLabsSocketSynthesizer(
        api_key=KEY, base_url=server.url, timeout_s=timeout_s, now_s=clock or Clock()
    )


@dataclass(frozen=True, slots=True)
class Socketed:
    """The voice and the service that it speaks through."""

    server: FakeElevenLabsSocket
    voice: ElevenLabsSocketSynthesizer
    clock: Clock

    def with_patience(self, timeout_s: float) -> "Socketed":
        return replace(self, voice=voice_of(self.server, self.clock, timeout_s=timeout_s))

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so of what the service counts."""
        await asyncio.to_thread(self.server.wait_until, so)

    def lines(self, count: int, **answer: Any) -> list[str]:
        """Return texts that the service answers with sounds of their own."""
        texts = [f"la frase numero {number}" for number in range(count)]
        for number, text in enumerate(texts):
            self.server.answers[text] = Answer(pieces=in_pieces(sound(number), 1_001), **answer)
        return texts

    async def said(self, text: str = TEXT) -> bytes:
        return pcm_of(await heard(self.voice.synthesize(text, VOICE)))

    async def all_said(self, texts: list[str]) -> list[bytes]:
        return await asyncio.gather(*map(self.said, texts))

    async def fault_of(self, text: str = TEXT) -> SpeechError:
        with pytest.raises(SpeechError) as fault:
            await self.said(text)
        return fault.value
