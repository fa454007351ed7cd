"""Replies that wait for somebody's approval: what is held, for how long, and what becomes of it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.reply.approvals import HELD_FOR_S, MAX_HELD
from livesessions.pipeline.state import read_state
from livesessions.worker.snapshots import RecentLog, complete
from planner.errors import PlannerError
from tests.fakes.live import BLOCKED, FakeSource, FakeWords, Stage, at, comment, gift, happening
from tests.fakes.virtual_time import EPOCH, run_virtual

HELLO = (1.0, comment("hello", source_id="1"))


def held_stage(
    *script: tuple[float, LiveEvent], words: FakeWords | None = None, quiet_s: float = 90.0
) -> Stage:
    source = FakeSource(list(script or [HELLO]), then_quiet_s=quiet_s)
    return Stage(source, words=words or FakeWords(), holds_replies=True)


def of(stage: Stage, number: int = 0) -> ReplyRecord:
    return stage.observer.replies[number]


def outcomes(stage: Stage, number: int = 0) -> list[ReplyOutcome]:
    """Return how a reply stood, one after the other."""
    wanted = of(stage, number).id
    stood = [record.outcome for record in stage.observer.changes if record.id == wanted]
    return list(dict.fromkeys(stood))


def decide(stage: Stage, second: float, *, approve: str | None, number: int = 0) -> Callable[[Live], Any]:
    """An act that approves a reply with a text (empty: as it is) or, with None, rejects it."""

    def act(live: Live) -> None:
        reply_id = of(stage, number).id
        taken = live.reject(reply_id) if approve is None else live.approve(reply_id, approve)
        stage.reason = str(taken)

    return at(second, act)


def test_a_reply_waits_and_is_not_voiced() -> None:
    stage = held_stage(quiet_s=30.0)
    assert stage.play(at(20.0, lambda live: stage.words.turns and None)).sink.said() == []
    first = stage.observer.changes[0]
    assert (first.outcome, first.text) == (ReplyOutcome.HELD, "comment Anna 1")
    assert stage.words.remembered == []


def test_what_is_approved_is_said_next_in_the_same_row() -> None:
    stage = held_stage()
    stage.play(decide(stage, 10.0, approve=""))
    assert stage.sink.said() == ["comment Anna 1"]
    assert stage.sink.times_of("begin") == [10.0]
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.SPEAKING, ReplyOutcome.SPOKEN]
    assert len(stage.observer.replies) == 1
    assert of(stage).text == "comment Anna 1"
    assert of(stage).trigger == HELLO[1]
    assert stage.words.remembered == ["comment Anna 1"]


def test_an_edited_reply_is_said_as_edited() -> None:
    stage = held_stage()
    stage.play(decide(stage, 5.0, approve="  Ciao\n Anna!  "))
    assert stage.sink.said() == ["Ciao Anna!"]
    assert of(stage).text == "Ciao Anna!"


def test_an_edited_reply_passes_the_gate_again_and_waits_on_when_refused() -> None:
    stage = held_stage()
    stage.play(
        decide(stage, 5.0, approve=f"you {BLOCKED} thing"), decide(stage, 9.0, approve="Something nicer")
    )
    assert stage.sink.said() == ["Something nicer"]
    refused = [record for record in stage.observer.changes if record.fault]
    assert [(record.outcome, record.fault, record.text) for record in refused] == [
        (ReplyOutcome.HELD, "policy:blocklist", "comment Anna 1")
    ]
    assert of(stage).fault == ""


def test_a_rejected_reply_is_never_said() -> None:
    stage = held_stage()
    stage.play(decide(stage, 5.0, approve=None), decide(stage, 6.0, approve=""))
    assert stage.sink.said() == []
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.REJECTED]


def test_a_reply_that_nobody_decides_about_expires_in_time() -> None:
    stage = held_stage()
    ended_at: list[float] = []
    stage.play(
        at(1.0 + HELD_FOR_S - 0.1, lambda live: ended_at.append(len(outcomes(stage)))),
        at(1.0 + HELD_FOR_S + 0.1, lambda live: ended_at.append(len(outcomes(stage)))),
        decide(stage, 1.0 + HELD_FOR_S + 0.2, approve=""),
    )
    assert ended_at == [1, 2]
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.EXPIRED]
    assert stage.sink.said() == []


def test_the_whole_reply_is_held_not_its_first_sentence() -> None:
    stage = held_stage(words=FakeWords(lambda turn: ["First one.", "Second one."]))
    stage.play(decide(stage, 5.0, approve=""))
    assert stage.observer.changes[0].text == "First one. Second one."
    assert of(stage).text == "First one. Second one."


def test_what_the_gate_refuses_is_not_offered_for_approval() -> None:
    stage = held_stage(words=FakeWords(lambda turn: [f"a {BLOCKED} word"])).play()
    assert outcomes(stage) == [ReplyOutcome.REFUSED]
    assert of(stage).fault == "policy:blocklist"


def test_a_planner_that_fails_holds_nothing() -> None:
    stage = held_stage(words=FakeWords(lambda turn: [], error=PlannerError("gone", permanent=False))).play()
    assert ReplyOutcome.HELD not in outcomes(stage)


def test_no_more_than_five_wait_and_the_host_goes_on_when_there_is_room() -> None:
    script = [
        (1.0 + number, comment(f"line {number}", source_id=str(number), name=f"V{number}"))
        for number in range(8)
    ]
    stage = held_stage(*script)
    waiting: list[int] = []

    def count(live: Live) -> None:
        waiting.append(sum(record.outcome is ReplyOutcome.HELD for record in stage.observer.replies))

    stage.play(at(40.0, count), decide(stage, 41.0, approve=None), at(44.0, count))
    assert waiting == [MAX_HELD, MAX_HELD]
    assert len(stage.observer.replies) > MAX_HELD


def test_thanks_and_the_streamers_own_lines_are_said_at_once() -> None:
    stage = held_stage(
        HELLO,
        (2.0, gift(1, source_id="2", open_=False, streak_id="")),
        (9.0, happening(EventKind.FOLLOW, source_id="3")),
    )
    stage.play(at(20.0, lambda live: live.say("A line of mine")))
    assert stage.sink.said() == ["gift Gino 1", "follow Zoe 1", "A line of mine"]


def test_mute_keeps_the_queue_and_what_is_approved_meanwhile_is_said_afterwards() -> None:
    stage = held_stage()
    stage.play(
        at(5.0, lambda live: live.set_muted(True)),
        decide(stage, 10.0, approve=""),
        at(20.0, lambda live: live.set_muted(False)),
    )
    assert stage.sink.times_of("begin") == [20.0]
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.SPEAKING, ReplyOutcome.SPOKEN]


def test_skip_does_not_touch_the_queue() -> None:
    stage = held_stage()
    stage.play(at(5.0, lambda live: live.skip()), decide(stage, 6.0, approve=""))
    assert stage.sink.said() == ["comment Anna 1"]


def test_stop_expires_the_queue() -> None:
    stage = held_stage()
    stage.play(at(5.0, lambda live: live.stop()))
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.EXPIRED]


def test_a_reply_to_a_line_that_the_room_deletes_is_dropped() -> None:
    deletion = LiveEvent(EventKind.DELETED, "d", EPOCH, targets=("1",))
    stage = held_stage(HELLO, (3.0, deletion))
    stage.play(decide(stage, 5.0, approve=""))
    assert outcomes(stage) == [ReplyOutcome.HELD, ReplyOutcome.REJECTED]
    assert stage.sink.said() == []


def test_a_reply_that_is_not_known_is_not_taken() -> None:
    stage = held_stage()
    answers: list[bool] = []

    def ask(live: Live) -> None:
        answers.extend([live.approve(UUID(int=1), ""), live.reject(UUID(int=1))])

    stage.play(at(5.0, ask))
    assert answers == [False, False]


@pytest.mark.parametrize("approve_first", [False, True], ids=["held", "approved, not said yet"])
def test_the_queue_goes_over_to_the_next_worker(approve_first: bool) -> None:
    before, after = held_stage(quiet_s=10.0), held_stage((1.0, comment("!", source_id="x", name="Zoe")))
    before.muted = True
    left: dict[str, Any] = {}

    def leave(live: Live) -> None:
        if approve_first:
            live.approve(of(before).id, "")
        left.update(json.loads(json.dumps(live.to_state())))

    async def first() -> None:
        live = Live(before.parts())
        await live.run(
            lambda: at(0.5, lambda live: live.set_muted(False))(live),
            lambda: at(4.0, lambda live: live.set_muted(approve_first))(live),
            lambda: at(5.0, leave)(live),
        )

    async def second() -> None:
        live = Live(after.parts())
        live.restore(complete(read_state(left), RecentLog(), hash_viewer=str))
        decided = decide(before, 6.0, approve="")
        await live.run(lambda: decided(live))

    run_virtual(first())
    run_virtual(second())
    said = [record for record in after.observer.replies if record.id == of(before).id]
    assert [(record.outcome, record.text) for record in said] == [(ReplyOutcome.SPOKEN, "comment Anna 1")]
    assert said[0].trigger == HELLO[1]


def test_without_the_setting_nothing_is_held() -> None:
    stage = Stage(FakeSource([HELLO])).play()
    assert outcomes(stage) == [ReplyOutcome.SPEAKING, ReplyOutcome.SPOKEN]
