"""Speaks each line with the first voice of a list that works."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from billing.usage import SpendCap
from providers.breaker import CircuitBreaker
from speech.errors import LineRefused, SpeechError
from speech.stage.audio import AudioChunk
from speech.stage.speaker import Speaker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """One voice of a chain with its name for the records and its service's circuit breaker.

    `cap` is the spend cap that its service is paid under; None for a voice that costs us nothing.
    """

    name: str
    speaker: Speaker
    breaker: CircuitBreaker
    cap: SpendCap | None = None

    @property
    def is_affordable(self) -> bool:
        return self.cap is None or not self.cap.is_reached


class VoiceChain:
    """Speaks each line with the first voice that works. A chain belongs to one live; breakers are shared.

    - A line that is in the cache is played from there, without the voice's service.
    - A voice whose spend cap is reached is skipped.
    - A voice whose breaker is open is skipped. When all are open, one that may be probed is tried.
    - A line never changes its voice: if the voice breaks off, the line ends, and the next line starts with
      another voice.
    """

    def __init__(self, voices: Sequence[NamedVoice]) -> None:
        self._voices = voices
        self._broke_off: NamedVoice | None = None

    async def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which the voice that is next speaks a text."""
        return await self._in_order()[0].speaker.pieces_of(text)

    async def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield the line's audio; nothing when there is nothing to say; raise `SpeechError` for no voice.

        `recurs` says that the line is likely to be said again.
        """
        for voice in self._in_order():
            if cached := await voice.speaker.cached_audio(text):
                for chunk in cached:
                    yield replace(chunk, voice=voice.name)
                return
            if not voice.is_affordable or not voice.breaker.admit():
                continue
            attempt = _SpokenLine(voice)
            try:
                async with aclosing(attempt.speak(text, recurs=recurs)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except SpeechError:
                if attempt.has_begun:
                    self._broke_off = voice
                    return
            else:
                if voice is self._broke_off:
                    self._broke_off = None
                return
        raise SpeechError("No voice can speak at the moment.")

    def _in_order(self) -> list[NamedVoice]:
        working = [voice for voice in self._voices if not voice.breaker.is_open] or list(self._voices)
        # A voice that broke off is tried last, until it speaks a line again or its breaker opens.
        return sorted(working, key=lambda voice: voice is self._broke_off)


class _SpokenLine:
    """One voice's attempt at a line; reports the outcome to its breaker."""

    def __init__(self, voice: NamedVoice) -> None:
        self.has_begun = False
        self._voice = voice

    async def speak(self, text: str, *, recurs: bool) -> AsyncGenerator[AudioChunk, None]:
        with self._voice.breaker.attempt() as attempt:
            try:
                async with aclosing(self._voice.speaker.speak(text, recurs=recurs)) as chunks:
                    async for chunk in chunks:
                        self.has_begun = True
                        yield replace(chunk, voice=self._voice.name)
            except LineRefused as error:
                logger.info("voice refused a line: voice=%s reason=%s", self._voice.name, error)
                raise
            except SpeechError as error:
                attempt.failed(permanent=error.permanent)
                logger.warning("voice failed: voice=%s permanent=%s", self._voice.name, error.permanent)
                raise
            if self.has_begun:
                attempt.succeeded()
