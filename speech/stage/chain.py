"""Several voices behind one: a line goes in, the audio of the first voice that can speak comes out."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from providers.breaker import CircuitBreaker
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk
from speech.stage.speaker import Speaker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """One voice of a chain: its name for the records, and what keeps it from being asked in vain."""

    name: str
    speaker: Speaker
    breaker: CircuitBreaker


class VoiceChain:
    """Says each line in the first voice that works. Breakers are shared among lives, a chain belongs to one.

    What a voice has said before it says again without its service. A voice whose breaker is open is passed
    over; only when all of them are is one asked that may be probed.
    A line that has begun to sound stays with its voice: when that breaks off, the line ends there, and the
    next line is another voice's.
    """

    def __init__(self, voices: Sequence[NamedVoice]) -> None:
        self._voices = voices
        self._broke_off: NamedVoice | None = None

    def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which a text is best spoken by the voice whose turn it is."""
        return self._in_order()[0].speaker.pieces_of(text)

    async def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield the line's audio; nothing when there is nothing to say; raise `SpeechError` for no voice.

        `recurs` says that the line is likely to be said again.
        """
        for voice in self._in_order():
            if kept := await voice.speaker.recall(text):
                for chunk in kept:
                    yield replace(chunk, voice=voice.name)
                return
            if not voice.breaker.admit():
                continue
            attempt = _Attempt(voice)
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
        # Whoever has just broken off is asked last, until it has said a line or its breaker knows better.
        return sorted(working, key=lambda voice: voice is self._broke_off)


class _Attempt:
    """One voice's try at a line. Its breaker hears how it went."""

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
            except SpeechError as error:
                attempt.failed(permanent=error.permanent)
                logger.warning("voice failed: voice=%s permanent=%s", self._voice.name, error.permanent)
                raise
            if self.has_begun:
                attempt.succeeded()
