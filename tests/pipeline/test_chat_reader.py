import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import CONNECTED, ChatSource, SourceCounts, SourcePhase, SourceState
from livesessions.pipeline.intake.chat_reader import ChatReader
from tests.fakes.live import FakeSource, Stage, comment, happening
from tests.fakes.virtual_time import run_virtual


class FakeLedger:
    """A source that always has a next event, lets others run, and notes which it was asked to go beyond."""

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
                await asyncio.sleep(0)
        finally:
            self.closed = True


def script(prefix: str, *seconds: float) -> list[tuple[float, LiveEvent]]:
    return [(second, comment("Ciao", source_id=f"{prefix}{second:g}")) for second in seconds]


def read(own: ChatSource, *others: ChatSource, at_most: int = 1_000) -> list[str]:
    """Return the ids in the order in which they were taken; the reader is cancelled after `at_most`."""

    async def collect() -> list[str]:
        taken: list[str] = []

        def take(event: LiveEvent) -> None:
            taken.append(event.source_id)
            if len(taken) == at_most:
                reading.cancel()

        reading = asyncio.create_task(ChatReader(own, others).run(take))
        with suppress(asyncio.CancelledError):
            await reading
        return taken

    return run_virtual(collect())


def test_events_of_all_sources_come_as_they_happen() -> None:
    own = FakeSource(script("own", 1, 3, 5), then_quiet_s=2)
    first = FakeSource(script("first", 2, 4), then_quiet_s=math.inf)
    second = FakeSource(script("second", 2.5, 6), then_quiet_s=math.inf)
    assert read(own, first, second) == ["own1", "first2", "second2.5", "own3", "first4", "own5", "second6"]


def test_the_end_of_the_own_chat_is_the_end() -> None:
    own = FakeSource(script("own", 1), then_quiet_s=0)
    assert read(own, FakeSource(script("far", 0.5, 100))) == ["far0.5", "own1"]


def test_the_end_of_another_is_not_the_end() -> None:
    over = happening(EventKind.ENDED, source_id="over")
    own = FakeSource(script("own", 1, 5), then_quiet_s=0)
    assert read(own, FakeSource([(2, over), *script("far", 3)], then_quiet_s=0)) == [
        "own1",
        "far3",
        "own5",
    ]


def test_the_own_chats_error_is_raised_as_it_is() -> None:
    own = FakeSource(script("own", 1), then_quiet_s=1, error=SourceError(SourceFault.BLOCKED, permanent=True))
    with pytest.raises(SourceError) as raised:
        read(own, FakeSource(script("far", 0.5, 100)))
    assert raised.value.fault is SourceFault.BLOCKED


def test_anothers_error_ends_only_that_one() -> None:
    broken = FakeSource(
        script("far", 1), then_quiet_s=0, error=SourceError(SourceFault.BLOCKED, permanent=True)
    )
    own = FakeSource(script("own", 2), then_quiet_s=0)
    assert read(own, broken) == ["far1", "own2"]


def test_a_fault_in_the_code_of_another_is_not_hidden() -> None:
    broken = FakeSource(script("far", 1), then_quiet_s=0, error=ValueError("a bug"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a bug"):
        read(FakeSource(script("own", 2)), broken)


@pytest.mark.parametrize("count", [1, 2, 7, 25])
def test_a_reader_that_is_cancelled_leaves_each_source_at_the_event_taken_last(count: int) -> None:
    own, other = FakeLedger("own"), FakeLedger("far")
    taken = read(own, other, at_most=count)
    assert len(taken) >= count
    assert [*own.taken, *other.taken] == sorted(taken, key=lambda source_id: source_id.startswith("far"))
    assert own.closed
    assert other.closed


def test_a_source_is_asked_for_the_next_event_only_when_one_was_taken() -> None:
    own = FakeLedger("own")

    async def refuse() -> None:
        def take(event: LiveEvent) -> None:
            assert own.taken == [f"own{number}" for number in range(len(own.taken))]
            if event.source_id == "own3":
                raise ValueError("not taken")

        await ChatReader(own).run(take)

    with pytest.raises(ValueError, match="not taken"):
        run_virtual(refuse())
    assert own.taken == ["own0", "own1", "own2"]


def test_a_busy_source_does_not_starve_another() -> None:
    taken = read(FakeLedger("own"), FakeLedger("far"), at_most=100)
    assert 40 <= sum(source_id.startswith("far") for source_id in taken) <= 60


def test_counts_are_sums_and_the_state_is_the_own_chats() -> None:
    own, other = FakeSource([]), FakeSource([])
    own.counts = SourceCounts(received=3, decoded=2, broken=1)
    other.counts = SourceCounts(received=4, decoded=4, reconnects=2, lost=5)
    own.state = SourceState(SourcePhase.STALLED)
    reader = ChatReader(own, [other])
    assert reader.counts == SourceCounts(received=7, decoded=6, broken=1, reconnects=2, lost=5)
    assert reader.state == SourceState(SourcePhase.STALLED)


def test_a_live_tells_an_event_once_that_comes_both_ways() -> None:
    both = comment("Both ways", source_id="7137750790064065286")
    own = FakeSource([(1, both)], then_quiet_s=20)
    other = FakeSource([(1.5, both), *script("b:", 8)], then_quiet_s=math.inf)
    stage = Stage(own, further_sources=[other]).play()
    assert [event.source_id for event, _ in stage.observer.events] == [both.source_id, "b:8"]
    assert len(stage.words.turns) == 2
    assert stage.observer.counts["duplicate"] == 1
    assert stage.reason == "live_ended"
