"""The port to whatever gives the host its voice."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from speech.stage.audio import AudioChunk


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """A voice as plain values. `speed` is a factor (1.0 is natural); `pitch` runs from -1.0 to 1.0."""

    voice_id: str
    language: str
    speed: float = 1.0
    pitch: float = 0.0


@runtime_checkable
class Connected(Protocol):
    """A synthesizer that speaks over connections, which are slow to open."""

    async def keep_warm(self) -> None:
        """Have one open; called again and again. Never raises."""


class Synthesizer(Protocol):
    """Speaks text. It promises audio only: its own errors are raised, never voiced."""

    def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech as it is made; raise `SpeechError` on failure. Chunks may be of any length."""
