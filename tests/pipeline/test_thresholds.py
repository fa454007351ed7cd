"""How many follows, shares and subscriptions make one thanks, and what goes over to the next worker."""

import asyncio
from dataclasses import replace

from chatsources.events import EventKind, LiveEvent, Viewer
from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.state import LiveState
from planner.stage.turn import Turn, TurnKind
from tests.fakes.live import FakeSource, Stage, gift
from tests.fakes.virtual_time import EPOCH, run_virtual


def did(kind: EventKind, name: str, *, source_id: str) -> LiveEvent:
    return LiveEvent(kind, source_id, EPOCH, viewer=Viewer(f"id-{name}", name))


def shares(*names: str, at_s: float = 1.0) -> list[tuple[float, LiveEvent]]:
    return [
        (at_s + number / 10, did(EventKind.SHARE, name, source_id=f"{at_s}-{number}"))
        for number, name in enumerate(names)
    ]


class CountingStage(Stage):
    """A live that thanks three shares at once, every follow and no subscription."""

    def parts(self) -> LiveParts:
        per_thanks = {TurnKind.SHARE: 3, TurnKind.SUBSCRIBE: 0}
        return replace(super().parts(), per_thanks=per_thanks)


def thanks(stage: Stage) -> list[tuple[str, str, tuple[str, ...], int]]:
    return [(turn.kind.value, turn.viewer_name, turn.also, turn.count) for turn in stage.words.turns]


def test_three_shares_are_thanked_at_once_and_their_events_are_on_the_record() -> None:
    stage = CountingStage(FakeSource(shares("Anna", "Marco", "Sara"), then_quiet_s=20.0)).play()

    assert thanks(stage) == [("share", "Anna", ("Marco", "Sara"), 3)]
    [reply] = stage.observer.replies
    assert reply.trigger is not None
    assert reply.trigger.source_id == "1.0-0"
    assert [event.source_id for event in reply.also] == ["1.0-1", "1.0-2"]


def test_a_follow_is_thanked_each_and_a_subscription_never() -> None:
    script = [
        (1.0, did(EventKind.FOLLOW, "Anna", source_id="1")),
        (10.0, did(EventKind.FOLLOW, "Marco", source_id="2")),
        (11.0, did(EventKind.SUBSCRIBE, "Marco", source_id="3")),
    ]
    stage = CountingStage(FakeSource(script, then_quiet_s=120.0)).play()

    assert thanks(stage) == [("follow", "Anna", (), 1), ("follow", "Marco", (), 1)]


def test_a_viewer_who_shares_again_and_again_counts_once() -> None:
    stage = CountingStage(FakeSource(shares("Anna", "Anna", "Anna", "Marco"), then_quiet_s=20.0)).play()

    assert thanks(stage) == []


def test_a_group_that_stays_incomplete_is_thanked_after_a_minute() -> None:
    stage = CountingStage(FakeSource(shares("Anna", "Marco"), then_quiet_s=100.0)).play()

    assert thanks(stage) == [("share", "Anna", ("Marco",), 2)]
    assert stage.sink.times_of("begin") == [61.0]


def test_a_half_full_group_goes_over_to_the_next_worker() -> None:
    first = CountingStage(FakeSource(shares("Anna", "Marco"), then_quiet_s=1_000.0))
    second = CountingStage(FakeSource(shares("Anna", "Sara", at_s=2.0), then_quiet_s=20.0))
    left: list[LiveState] = []

    async def hand_over(live: Live) -> None:
        await asyncio.sleep(30.0)
        left.append(live.to_state())
        live.stop()

    async def go_on() -> None:
        live = Live(second.parts())
        live.restore({**left[0], "counts": {}})
        await live.run()

    first.play(hand_over)
    run_virtual(go_on())

    assert thanks(first) == []
    assert thanks(second) == [("share", "Anna", ("Marco", "Sara"), 3)]


def test_a_gift_says_what_it_was_worth() -> None:
    stage = Stage(FakeSource([(1.0, gift(7, source_id="1", open_=False))], then_quiet_s=20.0)).play()

    turns: list[Turn] = stage.words.turns
    assert [(turn.count, turn.diamonds) for turn in turns] == [(7, 7)]
