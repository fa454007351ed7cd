"""Ends a test that stands still, with the stacks of its asynchronous tasks and of its threads.

Without it a run would wait until the machine that runs it gives up, and nobody would know for what.
"""

import asyncio
import faulthandler
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from types import FrameType
from typing import Any

import pytest

# Five times what the slowest test takes on two cores.
MOST_S = 600.0
# A test that goes on in spite of the interruption ends its process; xdist reports it and starts another one.
GRACE_S = 120.0
# While a test runs, descriptor 2 leads to what pytest keeps of its output.
STDERR = os.dup(2)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--most-seconds", type=float, default=MOST_S, help="end a test that takes longer")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Bound the test together with its fixtures."""
    most_s: float = item.config.getoption("most_seconds")
    before = signal.signal(signal.SIGALRM, _fail)
    signal.setitimer(signal.ITIMER_REAL, most_s)
    faulthandler.dump_traceback_later(most_s + GRACE_S, exit=True, file=STDERR)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _fail(_signal: int, _frame: FrameType | None) -> None:
    pytest.fail("\n".join(("The test stands still.", *_stacks_of_tasks(), *_stacks_of_threads())))


def _stacks_of_tasks() -> Iterator[str]:
    """Yield for each task of every event loop where it waits, the innermost call last."""
    # The type itself is compared: `isinstance` would evaluate Django's lazy objects.
    for task in [each for each in gc.get_objects() if issubclass(type(each), asyncio.Task)]:
        if not task.done():
            lines = traceback.StackSummary.extract(_frames_of(task.get_coro())).format()
            yield f"Task {task.get_name()}:\n{''.join(lines)}"


def _frames_of(awaited: Any) -> Iterator[tuple[FrameType, int]]:
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            yield frame, frame.f_lineno
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)


def _stacks_of_threads() -> Iterator[str]:
    frames = sys._current_frames()
    for thread in threading.enumerate():
        if frame := frames.get(thread.ident or 0):
            yield f"Thread {thread.name}:\n{''.join(traceback.format_stack(frame))}"
