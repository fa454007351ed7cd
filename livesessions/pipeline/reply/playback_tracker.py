"""How much of a reply was heard: the sentences sent and the overlay's word go in, the end comes out."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress

JITTER_BUFFER_S = 0.3  # what the overlay holds back before it plays
HEARING_GRACE_S = 0.7  # how much longer we wait for the overlay's word that it has played everything
BREATH_S = 0.1  # after a sentence's end, before the rest is cut: clocks and networks are not exact


class PlaybackTracker:
    """Follows one utterance while it plays. Whoever has to give way does so at the end of a sentence."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._plays_from_s = 0.0
        self._ends_s: list[float] = []
        self._stirred = asyncio.Event()
        self._ended = False
        self.gives_way = False

    def sounded(self) -> None:
        """Note that the first audio has gone out."""
        self._plays_from_s = self._now_s() + JITTER_BUFFER_S

    def sent(self, end_s: float) -> None:
        """Note that a sentence has gone out whole; `end_s` is where it ends in the utterance's audio."""
        self._ends_s.append(end_s)

    def left_s(self, end_s: float) -> float:
        """Return how long it takes until `end_s` of the utterance's audio has been heard; 0 if it has."""
        return 0.0 if self._ended else max(self._plays_from_s + end_s - self._now_s(), 0.0)

    async def pause(self, duration_s: float) -> None:
        """Wait so long, or until something changes that whoever waits should look at."""
        self._stirred.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._stirred.wait()

    def end_of_s(self, sentences: int) -> float:
        """Return where in the utterance's audio so many sentences end."""
        return self._ends_s[sentences - 1]

    def begin(self) -> None:
        """Take the overlay's word that it plays now."""
        self._plays_from_s = self._now_s()

    def end(self) -> None:
        """Take the overlay's word that it has played everything, or that nobody need wait any longer."""
        self._ended = True
        self._stirred.set()

    def give_way(self) -> None:
        """Ask for the end of the reply at the end of the sentence that plays."""
        self.gives_way = True
        self._stirred.set()

    async def until_over(self) -> int:
        """Wait until the utterance has been heard, or long enough; return how many sentences were.

        The overlay's word ends the wait; without one, the time that the audio takes does.
        """
        while not self._ended:
            self._stirred.clear()
            last = self._last_to_play()
            is_cut = last < len(self._ends_s) - 1
            over_s = self._plays_from_s + self._ends_s[last] + (BREATH_S if is_cut else HEARING_GRACE_S)
            try:
                async with asyncio.timeout(max(over_s - self._now_s(), 0.0)):
                    await self._stirred.wait()
            except TimeoutError:
                return last + 1
        return len(self._ends_s)

    def _last_to_play(self) -> int:
        last = len(self._ends_s) - 1
        if not self.gives_way:
            return last
        return min(bisect_left(self._ends_s, self._now_s() - self._plays_from_s), last)
