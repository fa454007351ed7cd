import asyncio
from collections.abc import Sequence

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind
from chatsources.port import SourcePhase, SourceState
from chatsources.reconnecting import ReconnectingSource
from livesessions.pipeline.live import Live
from tests.fakes.connection import Act, FakeConnection, FakeSignBudget
from tests.fakes.live import Stage

BUSY = SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False, retry_after_s=60.0)
LOST = SourceError(SourceFault.CONNECTION_LOST, permanent=False)
BLOCKED = SourceError(SourceFault.BLOCKED, permanent=False)


def stage_of(*scripts: Sequence[Act]) -> Stage:
    connection = FakeConnection(scripts, alive=True)
    source = ReconnectingSource(
        connection, budget=FakeSignBudget(), tenant="t1", label="s1", chance=lambda: 0.0
    )
    return Stage(source)


def test_a_live_outlasts_its_connections() -> None:
    stage = stage_of(["ciao", LOST], ["come va?", None], ["eccoci", 5.0, EventKind.ENDED]).play()
    assert stage.reason == "live_ended"
    assert [event.text for event, _ in stage.observer.events] == ["ciao", "come va?", "eccoci", ""]
    assert stage.observer.counts["reconnects"] == 2
    assert stage.observer.connection == SourceState(SourcePhase.ENDED)


def test_a_live_whose_chat_does_not_come_back_ends_with_what_kept_it_away() -> None:
    assert stage_of(["ciao", LOST], [BLOCKED]).play().reason == "blocked"


@pytest.mark.parametrize(("second", "left_s"), [(10.5, 50), (50.5, 10)])
def test_a_wait_is_told_as_it_runs_down(second: float, left_s: int) -> None:
    stage = stage_of([BUSY], ["ciao", EventKind.ENDED])
    told: list[SourceState | None] = []

    async def look(live: Live) -> None:
        await asyncio.sleep(second)
        told.append(stage.observer.connection)

    stage.play(look)
    assert told == [SourceState(SourcePhase.WAITING, left_s, SourceFault.SIGN_RATE_LIMITED)]
