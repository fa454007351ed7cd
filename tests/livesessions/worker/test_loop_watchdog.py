import asyncio
import logging
import threading
import time
from types import SimpleNamespace

import pytest

from livesessions.worker import loop_watchdog as module
from livesessions.worker.loop_watchdog import OVERLOADED_BEATS, LoopWatchdog
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


async def test_a_loop_that_goes_on_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    beat_s, now_s, sleep = 0.01, 0.0, asyncio.sleep

    async def beat(delay_s: float) -> None:
        nonlocal now_s
        now_s += delay_s  # a busy machine stops this clock too
        await sleep(0.001)

    monkeypatch.setattr(module, "BEAT_S", beat_s)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now_s))
    monkeypatch.setattr(asyncio, "sleep", beat)
    watchdog = LoopWatchdog(stall_s=3 * beat_s)
    watching = asyncio.create_task(watchdog.run())
    while now_s < 300 * beat_s:
        await sleep(beat_s)
    watching.cancel()
    await asyncio.wait([watching])
    assert watchdog.stalls == 0


async def watched_beats(watchdog: LoopWatchdog, beats: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the watchdog beat so often, without a pause between."""
    monkeypatch.setattr(module, "BEAT_S", 0.0)
    begun = asyncio.Event()
    sleep, left = asyncio.sleep, iter(range(beats))

    async def beat(delay_s: float) -> None:
        if next(left, None) is None:
            begun.set()
            await asyncio.Event().wait()
        await sleep(delay_s)

    monkeypatch.setattr(asyncio, "sleep", beat)
    watching = asyncio.create_task(watchdog.run())
    await begun.wait()
    watching.cancel()
    await asyncio.wait([watching])


@pytest.mark.parametrize(
    ("beats", "overloaded_s", "expected"),
    [
        (OVERLOADED_BEATS, 0.0, True),
        (OVERLOADED_BEATS - 1, 0.0, False),  # ten seconds have not passed yet
        (OVERLOADED_BEATS, 60.0, False),  # late, but not as much
    ],
)
async def test_a_loop_that_is_late_for_ten_seconds_is_overloaded(
    beats: int, overloaded_s: float, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchdog = LoopWatchdog(overloaded_s=overloaded_s)
    await watched_beats(watchdog, beats, monkeypatch)
    assert watchdog.overloaded is expected


async def test_a_loop_that_was_late_now_and_then_is_not_overloaded() -> None:
    watchdog = LoopWatchdog()
    watchdog._lags_s.extend([0.0, 1.0, 0.001, 0.4, 0.0] * OVERLOADED_BEATS)
    assert not watchdog.overloaded
    watchdog._lags_s.extend([0.11] * OVERLOADED_BEATS)
    assert watchdog.overloaded


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
