"""An overlay that plays nothing: it computes when each sound would be heard and writes that into a trace."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from rehearsals.rehearsal.trace import RehearsalTrace, TracedPlayback
from speech.stage.audio import AudioChunk

PLAYBACK_DELAY_S = 0.3  # the overlay's buffer before it plays


class RehearsalOverlay:
    """The pipeline's audio sink and screen in a rehearsal.

    `on_heard(utterance_id, ended)` is called when an utterance would become audible and when it would end.
    """

    def __init__(self, trace: RehearsalTrace, now_s: Callable[[], float]) -> None:
        self.on_heard: Callable[[UUID, bool], None] = lambda utterance_id, ended: None
        self._trace = trace
        self._now_s = now_s
        self._first_captions: dict[UUID, str] = {}
        self._timers: dict[UUID, list[asyncio.TimerHandle]] = {}

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        self._first_captions[utterance_id] = text
        if first is not None:
            await self.audio(utterance_id, 0, first)

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        playback = self._trace.playbacks[utterance_id]
        playback.captions.append((playback.begins_at_s + at_ms / 1000, text))

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        playback = self._trace.playbacks.get(utterance_id) or self._start_playback(utterance_id)
        playback.ends_at_s = max(playback.ends_at_s, self._now_s()) + chunk.duration_s

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        """Do nothing: text replaces a voice that failed, and the silent voice does not fail."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        self._report_at(utterance_id, self._trace.playbacks[utterance_id].ends_at_s, ended=True)

    async def cut(self, utterance_id: UUID | None) -> None:
        for cut_id in [utterance_id] if utterance_id else list(self._timers):
            for timer in self._timers.pop(cut_id, ()):
                timer.cancel()
            playback = self._trace.playbacks.get(cut_id)
            if playback is not None:
                playback.ends_at_s = max(min(playback.ends_at_s, self._now_s()), playback.begins_at_s)

    async def set_muted(self, muted: bool) -> None:
        """Do nothing: a rehearsal is never muted."""

    async def set_live(self, live: bool) -> None:
        """Do nothing: a rehearsal is never on air."""

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        self._trace.shown += 1

    async def retract(self, ids: list[str]) -> None:
        """Do nothing: a shown line stays counted."""

    async def game(self, state: dict[str, Any]) -> None:
        """Do nothing: the report shows games by their replies."""

    async def tally(self, counts: dict[str, int]) -> None:
        """Do nothing: a rehearsal has no goals."""

    def _start_playback(self, utterance_id: UUID) -> TracedPlayback:
        begins_at_s = self._now_s() + PLAYBACK_DELAY_S
        playback = self._trace.playbacks[utterance_id] = TracedPlayback(begins_at_s, begins_at_s)
        playback.captions.append((begins_at_s, self._first_captions.pop(utterance_id, "")))
        self._report_at(utterance_id, begins_at_s, ended=False)
        return playback

    def _report_at(self, utterance_id: UUID, at_s: float, *, ended: bool) -> None:
        def report() -> None:
            if ended:
                self._timers.pop(utterance_id, None)
            self.on_heard(utterance_id, ended)

        delay_s = max(at_s - self._now_s(), 0.0)
        timer = asyncio.get_running_loop().call_later(delay_s, report)
        self._timers.setdefault(utterance_id, []).append(timer)
