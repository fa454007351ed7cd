"""An event loop on a virtual clock: the clock jumps to the next timer whenever no code is ready to run.

A live of half an hour takes seconds, and timers fire in the order of their times. Limits:

- It suits code that waits for timers, queues and events.
- Sockets, threads and subprocesses work while no timer runs beside them: a jump does not wait for them.
- Sockets whose both ends are in this loop may have timers beside them if each jump first waits `io_grace_s`
  of real time for them.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DEADLOCK_AFTER_S = 10.0  # real time
# Code that polls with a delay too short for a float's precision would never see the clock move. After so many
# polls without progress each one moves the clock by `MIN_STEP_S`; after `MAX_IDLE_POLLS` the code is stuck.
IDLE_POLLS = 1_000
MIN_STEP_S = 1e-6
MAX_IDLE_POLLS = 1_000_000


class _JumpingSelector(selectors.SelectSelector):
    """Polls for real events; without any, moves the virtual clock on by the requested timeout."""

    def __init__(self, io_grace_s: float) -> None:
        super().__init__()
        self.now_s = 0.0
        self._io_grace_s = io_grace_s
        self._idle_polls = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(DEADLOCK_AFTER_S)
            if not ready:
                raise RuntimeError("Deadlock: all tasks wait and no timer is set.")
            return ready
        ready = super().select(min(timeout, self._io_grace_s))
        if not ready:
            self._advance(timeout)
        return ready

    def _advance(self, wait_s: float) -> None:
        if wait_s > MIN_STEP_S:
            self._idle_polls = 0
            self.now_s += wait_s
            return
        self._idle_polls += 1
        if self._idle_polls > MAX_IDLE_POLLS:
            raise RuntimeError("Busy loop: code runs on without any time passing.")
        self.now_s += max(wait_s, MIN_STEP_S if self._idle_polls > IDLE_POLLS else 0.0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at zero and moves only while all tasks wait."""

    def __init__(self, io_grace_s: float = 0.0) -> None:
        self._clock = _JumpingSelector(io_grace_s)
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now_s


def run_virtual(coro: Coroutine[Any, Any, T], *, io_grace_s: float = 0.0) -> T:
    """Run `coro` on a virtual clock and return its result."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(io_grace_s)) as runner:
        return runner.run(coro)


def virtual_now() -> datetime:
    """Return the running loop's time as an aware datetime, for code whose clock is injected."""
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())
