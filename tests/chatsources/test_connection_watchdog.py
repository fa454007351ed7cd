import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from chatsources.connection_watchdog import ConnectionWatchdog
from chatsources.events import LiveEvent
from chatsources.port import CONNECTED, SourceCounts
from tests.fakes.live import comment
from tests.fakes.virtual_time import run_virtual

A_MOMENT_S = 1e-10  # less than the loop's clock can tell apart
SILENCE_S = 2.0 - 2 * A_MOMENT_S


class FakeConnection:
    """A connection that is open and brings one event at each of the seconds given, then none."""

    def __init__(self, *seconds: float) -> None:
        self.counts = SourceCounts()
        self.state = CONNECTED
        self._seconds = seconds

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        for at_s in self._seconds:
            await asyncio.sleep(at_s - asyncio.get_running_loop().time())
            yield comment("Ciao", source_id=f"{at_s:.0f}")
            self.counts.received += 1
        await asyncio.Event().wait()


async def watch(connection: FakeConnection, taken: list[str]) -> float:
    """Take events until the watchdog interrupts; return when it did."""
    watchdog = ConnectionWatchdog(connection, silence_s=SILENCE_S, connect_s=10.0, on_connected=lambda: None)
    try:
        async with aclosing(connection.events()) as events, watchdog:
            while (event := await watchdog.next(events)) is not None:
                taken.append(event.source_id)
    except TimeoutError:
        assert watchdog.has_timed_out
    return asyncio.get_running_loop().time()


def test_a_silent_connection_is_interrupted() -> None:
    taken: list[str] = []
    assert run_virtual(watch(FakeConnection(1.0), taken)) == pytest.approx(3.0, abs=0.5)
    assert taken == ["1"]


def test_an_event_that_comes_in_the_moment_of_the_time_out_is_taken_and_the_watch_goes_on() -> None:
    taken: list[str] = []
    # The connection is found open by the first tick, at 0.5 s; at 2.5 s the silence has lasted too long.
    ended_s = run_virtual(watch(FakeConnection(2.5 - A_MOMENT_S), taken))
    assert taken == ["2"]
    assert ended_s == pytest.approx(4.5, abs=0.5)


def test_a_busy_reader_is_not_interrupted() -> None:
    async def dawdle() -> list[str]:
        taken: list[str] = []
        connection = FakeConnection(1.0, 1.0)
        watchdog = ConnectionWatchdog(
            connection, silence_s=SILENCE_S, connect_s=10.0, on_connected=lambda: None
        )
        async with aclosing(connection.events()) as events, watchdog:
            for _ in range(2):
                event = await watchdog.next(events)
                assert event is not None
                taken.append(event.source_id)
                await asyncio.sleep(10 * SILENCE_S)
        return taken

    assert run_virtual(dawdle()) == ["1", "1"]
