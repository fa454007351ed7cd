import asyncio
import logging
import threading
import time

import pytest

from livesessions.worker.loop_watchdog import LoopWatchdog
from tests.patience import PATIENCE_S


async def test_a_loop_that_stands_still_is_named_with_the_line_where_it_stands(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watchdog = LoopWatchdog(stall_s=0.3)
    watching = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0)
    stand_still_until(lambda: watchdog.stalls == 1)
    watching.cancel()
    await asyncio.wait([watching])

    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "event loop stalled" in record.getMessage()
    assert "stand_still_until" in record.getMessage()


async def test_a_loop_that_goes_on_is_left_in_peace() -> None:
    watchdog = LoopWatchdog(stall_s=0.3)
    try:
        async with asyncio.timeout(0.8):
            await watchdog.run()
    except TimeoutError:
        pass
    assert watchdog.stalls == 0


async def test_its_thread_ends_with_it() -> None:
    watchdog = LoopWatchdog()
    watching = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "watchdog"]
    watching.cancel()
    await asyncio.wait([watching])
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def stand_still_until(seen: object) -> None:
    assert callable(seen)
    deadline_s = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < deadline_s
