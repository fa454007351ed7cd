import asyncio
import time
from datetime import timedelta

import pytest

from rehearsals.rehearsal import virtual_clock
from rehearsals.rehearsal.virtual_clock import EPOCH, run_virtual, virtual_now


def test_half_an_hour_passes_in_a_moment_and_timers_fire_in_order() -> None:
    order: list[str] = []

    async def wait(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        order.append(name)

    async def all_waits() -> float:
        await asyncio.gather(wait("late", 1800), wait("early", 1), wait("middle", 900.5))
        return asyncio.get_running_loop().time()

    started = time.monotonic()
    assert run_virtual(all_waits()) == pytest.approx(1800)
    assert order == ["early", "middle", "late"]
    assert time.monotonic() - started < 5


def test_a_timeout_fires_on_virtual_time() -> None:
    async def never() -> None:
        async with asyncio.timeout(3600):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run_virtual(never())


def test_the_injected_clock_follows_the_loop() -> None:
    async def sleep() -> timedelta:
        await asyncio.sleep(90)
        return virtual_now() - EPOCH

    assert run_virtual(sleep()) == timedelta(seconds=90)


def test_a_thread_is_waited_for_when_no_timer_runs() -> None:
    async def from_thread() -> str:
        return await asyncio.to_thread(lambda: "done")

    assert run_virtual(from_thread()) == "done"


def test_waiting_for_what_can_never_happen_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_clock, "DEADLOCK_AFTER_S", 0.01)

    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="Deadlock"):
        run_virtual(never())
