"""Tracks how much of a reply was heard, from what was sent and what the overlay's pages report."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress

JITTER_BUFFER_S = 0.3  # the overlay buffers so much before it plays
REPORT_GRACE_S = 0.7  # how much longer to wait for the report that everything was played
GAP_S = 0.1  # after a sentence's end, before the rest is cut: clocks and networks are not exact


class PlaybackTracker:
    """Follows one utterance while it plays. A reply that gives way ends at the end of a sentence."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._plays_from_s = 0.0
        self._ends_s: list[float] = []
        self._changed = asyncio.Event()
        self._ended = False
        self.gives_way = False

    def first_audio_sent(self) -> None:
        """Record that the first audio was sent."""
        self._plays_from_s = self._now_s() + JITTER_BUFFER_S

    def sentence_sent(self, end_s: float) -> None:
        """Record that a whole sentence was sent; `end_s` is its end in the utterance's audio, in seconds."""
        self._ends_s.append(end_s)

    def left_s(self, end_s: float) -> float:
        """Return the seconds until `end_s` of the utterance's audio has been heard; 0 if it has."""
        return 0.0 if self._ended else max(self._plays_from_s + end_s - self._now_s(), 0.0)

    async def pause(self, duration_s: float) -> None:
        """Wait for `duration_s`, or until the playback changes."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._changed.wait()

    def end_of_s(self, sentences: int) -> float:
        """Return the end of the first `sentences` sentences in the utterance's audio, in seconds."""
        return self._ends_s[sentences - 1]

    def report_started(self) -> None:
        """Record that a page plays now."""
        self._plays_from_s = self._now_s()

    def report_ended(self) -> None:
        """Record that a page has played everything, or that the wait is pointless."""
        self._ended = True
        self._changed.set()

    def give_way(self) -> None:
        """End the reply at the end of the sentence that plays."""
        self.gives_way = True
        self._changed.set()

    async def until_over(self) -> int:
        """Wait until the utterance has been heard; return how many of its sentences were.

        A page's report ends the wait; without one, the duration of the audio does.
        """
        while not self._ended:
            self._changed.clear()
            last = self._last_to_play()
            is_cut = last < len(self._ends_s) - 1
            over_s = self._plays_from_s + self._ends_s[last] + (GAP_S if is_cut else REPORT_GRACE_S)
            try:
                async with asyncio.timeout(max(over_s - self._now_s(), 0.0)):
                    await self._changed.wait()
            except TimeoutError:
                return last + 1
        return len(self._ends_s)

    def _last_to_play(self) -> int:
        last = len(self._ends_s) - 1
        if not self.gives_way:
            return last
        return min(bisect_left(self._ends_s, self._now_s() - self._plays_from_s), last)
