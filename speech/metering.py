"""Reports what voices speak."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from billing.usage import SpendCap, UsageKind, UsageRecord
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk
from speech.stage.ports import Synthesizer, VoiceSpec


class MeteredSynthesizer:
    """A `Synthesizer` that reports the characters of every request that its provider bills.

    A request that failed before its first audio is not billed; one that was cut off is.
    """

    def __init__(self, synthesizer: Synthesizer, cap: SpendCap, *, provider: str, model: str) -> None:
        self._synthesizer = synthesizer
        self._cap = cap
        self._provider = provider
        self._model = model

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the audio as it arrives; raise `SpeechError` on failure."""
        is_billed = True
        try:
            async with aclosing(self._synthesizer.synthesize(text, voice)) as chunks:
                has_begun = False
                try:
                    async for chunk in chunks:
                        has_begun = True
                        yield chunk
                except SpeechError:
                    is_billed = has_begun
                    raise
        finally:
            if is_billed:
                self._record(len(text))
        # All audio is out: what is recorded now delays nobody.
        await self._cap.allows()

    def _record(self, characters: int) -> None:
        kind, subject = UsageKind.VOICE_CHARACTERS, self._cap.subject
        self._cap.record(UsageRecord(kind, characters, self._provider, self._model, subject))
