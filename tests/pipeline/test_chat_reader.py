import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from livesessions.pipeline.intake.merging import MergedSource
from livesessions.sources.errors import SourceError, SourceFault
from livesessions.sources.events import EventKind, LiveEvent
from livesessions.sources.port import CONNECTED, ChatSource, SourceCounts, SourcePhase, SourceState
from tests.fakes.live import FakeSource, Stage, comment, happening
from tests.fakes.virtual_time import run_virtual


class FakeLedger:
    """A source that always has a next event, and remembers which it was asked to go beyond."""

    counts = SourceCounts()
    state = CONNECTED

    def __init__(self, prefix: str = "x") -> None:
        self.taken: list[str] = []
        self.closed = False
        self._prefix = prefix

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        try:
            for number in range(1_000_000):
                source_id = f"{self._prefix}{number}"
                yield comment("Ciao", source_id=source_id)
                self.taken.append(source_id)
        finally:
            self.closed = True


def script(prefix: str, *seconds: float) -> list[tuple[float, LiveEvent]]:
    return [(second, comment("Ciao", source_id=f"{prefix}{second:g}")) for second in seconds]


def read(source: ChatSource, count: int = 1_000) -> list[str]:
    async def collect() -> list[str]:
        taken: list[str] = []
        async with aclosing(source.events()) as events:
            async for event in events:
                taken.append(event.source_id)
                if len(taken) == count:
                    break
        return taken

    return run_virtual(collect())


def test_events_of_all_sources_come_as_they_happen() -> None:
    own = FakeSource(script("own", 1, 3, 5), then_quiet_s=2)
    first = FakeSource(script("first", 2, 4), then_quiet_s=math.inf)
    second = FakeSource(script("second", 2.5, 6), then_quiet_s=math.inf)
    merged = MergedSource(own, first, second)
    assert read(merged) == ["own1", "first2", "second2.5", "own3", "first4", "own5", "second6"]


def test_the_end_of_the_own_chat_is_the_end() -> None:
    own = FakeSource(script("own", 1), then_quiet_s=0)
    assert read(MergedSource(own, FakeSource(script("far", 0.5, 100)))) == ["far0.5", "own1"]


def test_the_end_of_another_is_not_the_end() -> None:
    over = happening(EventKind.ENDED, source_id="over")
    own = FakeSource(script("own", 1, 5), then_quiet_s=0)
    assert read(MergedSource(own, FakeSource([(2, over), *script("far", 3)], then_quiet_s=0))) == [
        "own1",
        "far3",
        "own5",
    ]


def test_the_own_chats_error_is_raised_as_it_is() -> None:
    own = FakeSource(script("own", 1), then_quiet_s=1, error=SourceError(SourceFault.BLOCKED, permanent=True))
    with pytest.raises(SourceError) as raised:
        read(MergedSource(own, FakeSource(script("far", 0.5, 100))))
    assert raised.value.fault is SourceFault.BLOCKED


def test_anothers_error_ends_only_that_one() -> None:
    broken = FakeSource(
        script("far", 1), then_quiet_s=0, error=SourceError(SourceFault.BLOCKED, permanent=True)
    )
    own = FakeSource(script("own", 2), then_quiet_s=0)
    assert read(MergedSource(own, broken)) == ["far1", "own2"]


def test_a_fault_in_the_code_of_another_is_not_hidden() -> None:
    broken = FakeSource(script("far", 1), then_quiet_s=0, error=ValueError("a bug"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a bug"):
        read(MergedSource(FakeSource(script("own", 2)), broken))


@pytest.mark.parametrize("count", [1, 2, 7])
def test_no_source_is_asked_beyond_what_was_taken(count: int) -> None:
    own, other = FakeLedger("own"), FakeLedger("far")
    taken = read(MergedSource(own, other), count)
    # The last one is in the reader's hands; of the others the sources know that they were taken.
    assert sorted([*own.taken, *other.taken]) == sorted(taken[:-1])
    assert own.closed
    assert other.closed


def test_a_busy_source_does_not_starve_another() -> None:
    taken = read(MergedSource(FakeLedger("own"), FakeLedger("far")), 100)
    assert 40 <= sum(source_id.startswith("far") for source_id in taken) <= 60


def test_a_reader_that_is_cancelled_closes_every_source() -> None:
    own, other = FakeLedger("own"), FakeLedger("far")

    async def cancel() -> None:
        async def listen() -> None:
            async with aclosing(MergedSource(own, other).events()) as events:
                async for _ in events:
                    await asyncio.sleep(1)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10.5):
                await listen()

    run_virtual(cancel())
    assert own.closed
    assert other.closed


def test_counts_are_sums_and_the_state_is_the_own_chats() -> None:
    own, other = FakeSource([]), FakeSource([])
    own.counts = SourceCounts(received=3, decoded=2, broken=1)
    other.counts = SourceCounts(received=4, decoded=4, reconnects=2, lost=5)
    own.state = SourceState(SourcePhase.STALLED)
    merged = MergedSource(own, other)
    assert merged.counts == SourceCounts(received=7, decoded=6, broken=1, reconnects=2, lost=5)
    assert merged.state == SourceState(SourcePhase.STALLED)


def test_a_live_tells_an_event_once_that_comes_both_ways() -> None:
    both = comment("Both ways", source_id="7137750790064065286")
    own = FakeSource([(1, both)], then_quiet_s=20)
    merged = MergedSource(own, FakeSource([(1.5, both), *script("b:", 8)], then_quiet_s=math.inf))
    stage = Stage(merged).play()
    assert [event.source_id for event, _ in stage.observer.events] == [both.source_id, "b:8"]
    assert len(stage.words.turns) == 2
    assert stage.observer.counts["duplicate"] == 1
    assert stage.reason == "live_ended"
