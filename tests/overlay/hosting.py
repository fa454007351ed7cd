"""A host for tests that listen: replies go through its voices and the pipeline, and what went out is kept."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from redis.asyncio import Redis

from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.reply.generation import Generation
from livesessions.pipeline.reply.playback_tracker import PlaybackTracker
from livesessions.pipeline.reply.utterance import Utterance
from overlay.publisher import OverlayPublisher
from providers.breaker import CircuitBreaker
from speech.stage.audio import AudioChunk
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer

# The patience with a voice behind which there is no other.
FIRST_TIMEOUT_S, NEXT_TIMEOUT_S = 4.0, 2.0
# A voice that nobody knows says a line to nobody before its first live.
MEASUREMENT_LINES = {
    "it": "Ciao a tutti e benvenuti! Oggi parliamo di musica, di viaggi e di quello che vi va.",
    "en": "Hello everybody, and welcome! Today we talk about music, travelling and whatever you like.",
    "de": "Hallo und herzlich willkommen! Heute geht es um Musik, ums Reisen und um alles, was ihr mögt.",
}


@dataclass(slots=True)
class Said:
    """One utterance as it was sent: its chunks, and each sentence with its place in milliseconds."""

    id: UUID
    chunks: list[AudioChunk] = field(default_factory=list)
    sentences: list[tuple[str, int]] = field(default_factory=list)
    sent_at: float = 0.0  # its first chunk, in seconds since 1970

    @property
    def rate_hz(self) -> int:
        return self.chunks[0].sample_rate_hz

    @property
    def samples(self) -> NDArray[np.float32]:
        pcm = b"".join(chunk.pcm for chunk in self.chunks)
        return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)

    @property
    def joins(self) -> list[int]:
        """Where one chunk ends and the next begins, in samples."""
        return list(accumulate(len(chunk.pcm) // 2 for chunk in self.chunks[:-1]))

    @property
    def voices(self) -> set[str]:
        return {chunk.voice for chunk in self.chunks}


class KeepingPublisher(OverlayPublisher):
    """Publishes, and keeps a copy."""

    def __init__(self, overlay_id: UUID, *, redis: Redis) -> None:
        super().__init__(overlay_id, redis=redis)
        self.said: dict[UUID, Said] = {}

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        self.said[utterance_id] = Said(utterance_id, sentences=[(text, 0)])
        if first is not None:
            self._note_audio(utterance_id, first)
        await super().begin(utterance_id, text, language, first)

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        self.said[utterance_id].sentences.append((text, at_ms))
        await super().caption(utterance_id, text, at_ms, language)

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        self._note_audio(utterance_id, chunk)
        await super().audio(utterance_id, sequence, chunk)

    def _note_audio(self, utterance_id: UUID, chunk: AudioChunk) -> None:
        said = self.said[utterance_id]
        said.sent_at = said.sent_at or time.time()
        said.chunks.append(chunk)


class Host:
    """Speaks each language in a voice of one provider, as a live does."""

    def __init__(self, synthesizer: Synthesizer, voices: Mapping[str, VoiceSpec]) -> None:
        self._speakers = {
            language: Speaker(
                synthesizer,
                voice,
                normalizer=TextNormalizer(language),
                level=Level(),
                first_timeout_s=FIRST_TIMEOUT_S,
                next_timeout_s=NEXT_TIMEOUT_S,
                splits=True,
            )
            for language, voice in voices.items()
        }
        self._chains = {
            language: VoiceChain([NamedVoice(language, speaker, CircuitBreaker())])
            for language, speaker in self._speakers.items()
        }

    async def get_ready(self) -> None:
        """Learn how loud each voice is."""
        for language, speaker in self._speakers.items():
            async with aclosing(speaker.speak(MEASUREMENT_LINES[language])) as chunks:
                async for _ in chunks:
                    pass

    async def reply(
        self, publisher: OverlayPublisher, language: str, sentences: Sequence[str], *, hurried: bool = False
    ) -> None:
        """Say sentences as one utterance, and wait until it should have been heard, unless `hurried`."""
        now_s = asyncio.get_running_loop().time
        generation = Generation()
        record = ReplyRecord("comment", None, datetime.now(UTC), generation.number)
        playback = PlaybackTracker(now_s)
        utterance = Utterance(
            record,
            voice=self._chains[language],
            sinks=[publisher],
            generation=generation,
            playback=playback,
            on_first_audio=playback.report_ended if hurried else playback.first_audio_sent,
            is_fresh=lambda: True,
        )
        async with utterance:
            for sentence in sentences:
                await utterance.say(sentence)
            await utterance.finish()
            await playback.until_over()
