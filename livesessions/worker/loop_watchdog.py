"""Logs when the event loop of a worker is blocked: every live on it is silent for as long."""

import asyncio
import logging
import sys
import threading
import time
import traceback

logger = logging.getLogger(__name__)

STALL_S = 2.0
BEAT_S = 0.25


class LoopWatchdog:
    """Checks from a thread that the event loop runs. `stalls` counts the blocks of `stall_s` or longer."""

    def __init__(self, stall_s: float = STALL_S) -> None:
        self._stall_s = stall_s
        self._beat_s = time.monotonic()
        self._ended = threading.Event()
        self.stalls = 0

    async def run(self) -> None:
        """Update the beat that the thread checks, until cancelled."""
        self._beat_s = time.monotonic()
        watcher = threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="watchdog", daemon=True
        )
        watcher.start()
        try:
            while True:
                self._beat_s = time.monotonic()
                await asyncio.sleep(BEAT_S)
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
