"""An event loop whose clock jumps to the next timer whenever nothing is left to run.

A live of half an hour passes in moments, and timers fire in the order of their times. It is meant for
code that waits on timers, queues and events. Real sockets, threads and subprocesses work as long as no
timer runs beside them: a jump does not wait for them. Sockets both of whose ends are in this loop may have
timers beside them when every jump first leaves them a moment (`io_grace_s`, real time).
"""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STUCK_AFTER_S = 10.0
# Code takes time in the real world. Who waits a moment too short for the clock to notice would wait for ever.
STANDS_FOR = 1_000
BUSY_TICK_S = 1e-6
SPINS = 1_000_000


class _JumpingSelector(selectors.SelectSelector):
    """Polls for real events, and moves the clock on by the wait it was asked for."""

    def __init__(self, io_grace_s: float) -> None:
        super().__init__()
        self.now_s = 0.0
        self._io_grace_s = io_grace_s
        self._standing = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(STUCK_AFTER_S)
            if not ready:
                raise RuntimeError("Everything waits and no timer is set: nothing can ever happen.")
            return ready
        ready = super().select(min(timeout, self._io_grace_s))
        if not ready:
            self._move(timeout)
        return ready

    def _move(self, wait_s: float) -> None:
        if wait_s > BUSY_TICK_S:
            self._standing = 0
            self.now_s += wait_s
            return
        self._standing += 1
        if self._standing > SPINS:
            raise RuntimeError("Something runs in a circle: no time passes.")
        self.now_s += max(wait_s, BUSY_TICK_S if self._standing > STANDS_FOR else 0.0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Begins at zero; `time()` moves only while everything waits."""

    def __init__(self, io_grace_s: float = 0.0) -> None:
        self._clock = _JumpingSelector(io_grace_s)
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now_s


def run_virtual(coro: Coroutine[Any, Any, T], *, io_grace_s: float = 0.0) -> T:
    """Run `coro` to its end on virtual time and return what it returns."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(io_grace_s)) as runner:
        return runner.run(coro)


def virtual_now() -> datetime:
    """Return the loop's time as an aware date, for code whose clock is injected."""
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())
