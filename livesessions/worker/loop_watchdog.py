"""Watches the event loop of a worker: logs when it is blocked, and says when it is overloaded."""

import asyncio
import logging
import statistics
import sys
import threading
import time
import traceback
from collections import deque

logger = logging.getLogger(__name__)

STALL_S = 2.0
BEAT_S = 0.25
# A mute, a stop and each chunk of audio wait for as long as the loop is late, several times over.
OVERLOADED_S = 0.1
OVERLOADED_BEATS = 40  # ten seconds: a start of many lives at once is over sooner


class LoopWatchdog:
    """Checks from a thread that the event loop runs. `stalls` counts the blocks of `stall_s` or longer."""

    def __init__(self, stall_s: float = STALL_S, *, overloaded_s: float = OVERLOADED_S) -> None:
        self._stall_s = stall_s
        self._overloaded_s = overloaded_s
        self._lags_s: deque[float] = deque(maxlen=OVERLOADED_BEATS)
        self._beat_s = time.monotonic()
        self._ended = threading.Event()
        self.stalls = 0

    @property
    def overloaded(self) -> bool:
        """Whether the event loop was late for most of the last ten seconds."""
        lags_s = self._lags_s
        return len(lags_s) == lags_s.maxlen and statistics.median(lags_s) > self._overloaded_s

    @property
    def beat_age_s(self) -> float:
        """How long ago the event loop last ran this watchdog's task. Thread-safe."""
        return time.monotonic() - self._beat_s

    async def run(self) -> None:
        """Update the beat that the thread checks, and note how late each was, until cancelled."""
        self._beat_s = time.monotonic()
        watcher = threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="watchdog", daemon=True
        )
        watcher.start()
        try:
            while True:
                self._beat_s = time.monotonic()
                await asyncio.sleep(BEAT_S)
                self._lags_s.append(time.monotonic() - self._beat_s - BEAT_S)
        finally:
            self._ended.set()

    def _watch(self, loop_thread: int) -> None:
        logged_beat_s = 0.0
        while not self._ended.wait(BEAT_S):
            beat_s = self._beat_s
            if time.monotonic() - beat_s > self._stall_s and beat_s != logged_beat_s:
                logged_beat_s = beat_s
                logger.warning("event loop stalled: for_s=%.1f at:\n%s", self._stall_s, _stack(loop_thread))
                self.stalls += 1


def _stack(thread: int) -> str:
    """Return the thread's stack: files and lines, without the values of variables."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame else "unknown"
