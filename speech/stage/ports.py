"""Ports of the speaking stage: what a synthesizer offers, and how a voice is named."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from speech.stage.audio import AudioChunk


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """A voice and its settings. `speed` is a factor (1.0 is natural); `pitch` runs from -1.0 to 1.0."""

    voice_id: str
    language: str
    speed: float = 1.0
    pitch: float = 0.0


@runtime_checkable
class Connected(Protocol):
    """A synthesizer whose connections are slow to open."""

    async def keep_warm(self) -> None:
        """Keep a connection open. Called every minute; never raises."""


class Synthesizer(Protocol):
    """Speaks text. An error is raised, never spoken."""

    def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the audio as it arrives, in chunks of any length; raise `SpeechError` on failure."""
