"""Plays the host's voice in a stream."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from encoder.mixer.buses import VoiceBus
from encoder.mixer.frames import SAMPLE_RATE_HZ
from speech.stage.audio import AudioChunk


class MixerSink:
    """An output for the host's voice, like the overlay's; a live may have both.

    `heard(utterance_id, ended)` is called when an utterance begins and ends to sound. One that was muted or
    cut is not reported as ended.
    """

    def __init__(self, voice: VoiceBus, *, heard: Callable[[UUID, bool], None]) -> None:
        self._voice, self._heard = voice, heard
        self._speaking: UUID | None = None
        self._is_muted = False
        self._ends: dict[UUID, asyncio.TimerHandle] = {}

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        """Announce an utterance, and play its first chunk."""
        self._speaking = utterance_id
        if first is not None:
            await self.audio(utterance_id, 0, first)

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        """Do nothing: words are drawn elsewhere."""

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Play a chunk after the ones before; drop one of an utterance that was cut, or while muted."""
        if self._is_muted or utterance_id != self._speaking:
            return
        if self._voice.write(chunk) and sequence == 0:
            self._heard(utterance_id, False)

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        """Do nothing: words are drawn elsewhere."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Report the utterance as heard when all of it has been mixed."""
        if self._is_muted or utterance_id != self._speaking:
            return
        self._voice.end_line()
        left_s = self._voice.queued / SAMPLE_RATE_HZ
        loop = asyncio.get_running_loop()
        self._ends[utterance_id] = loop.call_later(left_s, self._report_end, utterance_id)

    async def cut(self, utterance_id: UUID | None) -> None:
        """Drop what is queued of an utterance (None: of any), and what comes of it later."""
        if utterance_id is None or utterance_id == self._speaking:
            self._silence()

    async def set_muted(self, muted: bool) -> None:
        """Fall silent at once, or sound again with the next utterance."""
        self._is_muted = muted
        if muted:
            self._silence()

    async def set_live(self, live: bool) -> None:
        """Fall silent when the live goes off air."""
        if not live:
            self._silence()

    def _silence(self) -> None:
        self._voice.cut()
        self._speaking = None
        for timer in self._ends.values():
            timer.cancel()
        self._ends.clear()

    def _report_end(self, utterance_id: UUID) -> None:
        del self._ends[utterance_id]
        self._heard(utterance_id, True)
