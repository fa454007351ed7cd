"""Runs the mastering of many lines in one thread, so that their event loop stays free."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import PriorityQueue
from typing import Any, TypeVar

T = TypeVar("T")

NEVER_S = float("inf")


class SoundThread:
    """One thread that runs functions in the order in which their results are due.

    It starts with the first function. Close it when no more will come; unlike an executor it does not keep
    the process from ending. What was cancelled before its turn is skipped.
    """

    def __init__(self) -> None:
        # The number decides between two that are due at the same time.
        self._queue: PriorityQueue[tuple[float, int, Future[Any], Callable[[], Any]]] = PriorityQueue()
        self._numbers = count()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T], *, due_s: float) -> T:
        """Run a function in the thread and return its result. `due_s` is on the event loop's clock."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sound", daemon=True)
            self._thread.start()
        future: Future[T] = Future()
        self._queue.put((due_s, next(self._numbers), future, work))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End the thread after the functions that were given to it."""
        if self._thread is not None:
            self._queue.put((NEVER_S, next(self._numbers), Future(), _end))
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while True:
            _, _, future, work = self._queue.get()
            if work is _end:
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:  # raised again where the result is awaited
                future.set_exception(error)
            else:
                future.set_result(result)


def _end() -> None:
    """Mark the end of a thread's queue."""
