"""The streamer's hand in the host's queue: answer next, pin, remove, pause, and what a console sees of it."""

from dataclasses import replace

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.live import Live
from livesessions.pipeline.rules import Rules
from livesessions.pipeline.selection.queue_report import QueueReport
from livesessions.pipeline.selection.rates import Rates
from livesessions.pipeline.selection.turn_queue import MAX_PINNED
from moderation.stage.moderator import Moderator
from tests.fakes.live import BLOCKED, FakeSource, FakeWords, Stage, at, comment, gift, happening


def hello(number: int) -> LiveEvent:
    return comment(f"hello {number} there", source_id=f"m{number}", name=f"V{number}")


def rush(count: int = 12) -> FakeSource:
    """Messages of many viewers at once; the host answers one after each cooldown."""
    return FakeSource([(1.0 + number / 100, hello(number)) for number in range(count)])


def answered(stage: Stage) -> list[str]:
    return [turn.text for turn in stage.words.turns]


def last(stage: Stage) -> QueueReport:
    return stage.observer.queues[-1]


def test_a_message_that_the_streamer_wants_is_answered_next() -> None:
    stage = Stage(rush(), cooldown_s=10.0).play(at(2.0, lambda live: live.queue.answer("m3")))

    assert answered(stage)[1] == "hello 3 there"
    assert stage.sink.times_of("begin")[1] < 5.0, "it does not wait for the cooldown"


def test_a_message_that_has_left_the_queue_is_still_answered() -> None:
    stage = Stage(rush(3), cooldown_s=20.0).play(at(50.0, lambda live: live.queue.answer("m0")))

    assert answered(stage)[-1] == "hello 0 there"


def test_a_message_that_this_worker_never_had_is_answered_as_it_is_stored() -> None:
    stored = comment("who won the cup", source_id="old")
    stage = Stage(rush(1), cooldown_s=5.0).play(at(20.0, lambda live: live.queue.answer("old", stored)))

    assert answered(stage)[-1] == "who won the cup"


def test_the_rules_judge_a_stored_message_too() -> None:
    stored = comment(f"{BLOCKED} words", source_id="old")
    stage = Stage(rush(1)).play(at(20.0, lambda live: live.queue.answer("old", stored)))

    assert (last(stage)["refused"], last(stage)["why"]) == ("old", "rules")


def test_a_message_that_the_rules_of_now_block_is_not_answered_and_the_console_says_why() -> None:
    source = FakeSource([(1.0, comment(f"{BLOCKED} words", source_id="bad"))])
    stage = Stage(source).play(at(2.0, lambda live: live.queue.answer("bad")))

    assert answered(stage) == []
    assert (last(stage)["refused"], last(stage)["why"]) == ("bad", "gone"), "it was never taken in"


def test_the_rules_of_now_judge_a_message_that_is_answered_late() -> None:
    def block_and_answer(live: Live) -> None:
        live.set_rules(Rules(gate=Moderator(["hi there"]), rates=Rates()))
        live.queue.answer("1")

    source = FakeSource([(1.0, comment("hi there", source_id="1"))])
    stage = Stage(source).play(at(30.0, block_and_answer))

    assert (last(stage)["refused"], last(stage)["why"]) == ("1", "rules")
    assert answered(stage) == ["hi there"], "it was answered before, and not again"


def test_a_deleted_message_cannot_be_answered() -> None:
    deletion = replace(happening(EventKind.DELETED, source_id="d"), targets=("m5",))
    source = FakeSource([*((1.0, hello(number)) for number in range(8)), (2.0, deletion)])
    stage = Stage(source, cooldown_s=30.0).play(at(3.0, lambda live: live.queue.answer("m5")))

    assert last(stage)["why"] == "gone"
    assert "hello 5 there" not in answered(stage)


def test_a_pinned_message_outlives_the_others_and_is_answered_when_nothing_else_waits() -> None:
    stage = Stage(rush(), cooldown_s=50.0).play(at(2.0, lambda live: live.queue.pin("m9")))

    assert answered(stage)[-1] == "hello 9 there"
    assert len(answered(stage)) == 2, "the others grew too old"


def test_no_more_is_pinned_than_the_queue_bears() -> None:
    pinned: list[int] = []

    def pin_all(live: Live) -> None:
        for number in range(1, MAX_PINNED + 3):
            live.queue.pin(f"m{number}")
        pinned.append(sum(turn.get("hold") == "pinned" for turn in live.to_state()["host"]["owed"]))

    Stage(rush(MAX_PINNED + 4), cooldown_s=50.0).play(at(2.0, pin_all))

    assert pinned == [MAX_PINNED]


def test_a_pin_is_taken_off_again() -> None:
    stage = Stage(rush(), cooldown_s=50.0).play(
        at(2.0, lambda live: live.queue.pin("m9")), at(3.0, lambda live: live.queue.unpin("m9"))
    )

    assert "hello 9 there" not in answered(stage)


def test_a_removed_turn_is_not_said() -> None:
    source = FakeSource(
        [(1.0, comment("hi there", source_id="1")), (1.2, gift(5, source_id="g", open_=False))]
    )
    stage = Stage(source).play(at(1.5, lambda live: live.queue.remove("g")))

    assert [turn.kind.value for turn in stage.words.turns] == ["comment"]


def test_a_paused_host_finishes_its_reply_and_says_nothing_new_until_it_is_resumed() -> None:
    stage = Stage(rush(), cooldown_s=2.0).play(
        at(1.5, lambda live: live.set_paused(True)), at(20.0, lambda live: live.set_paused(False))
    )

    begins = stage.sink.times_of("begin")
    assert begins[0] < 1.5
    assert begins[1] >= 20.0
    assert stage.observer.replies[0].outcome.value == "spoken", "it was not cut"


def test_an_open_console_sees_what_comes_next_and_why() -> None:
    source = FakeSource(
        [
            (1.0, comment("first of all", source_id="0", name="Zero")),
            (1.1, comment("Nora, how old are you?", source_id="q", name="Bea")),
            (1.2, comment("lol", source_id="l", name="Carl")),
            (1.3, gift(3, source_id="g", open_=False)),
        ]
    )
    stage = Stage(source, cooldown_s=20.0).play(at(1.4, lambda live: live.queue.watch()))

    report = stage.observer.queues[0]
    assert [turn["id"] for turn in report["turns"]] == ["g", "q", "l"]
    assert report["turns"][0]["reasons"] == ["gift"]
    assert report["turns"][1]["reasons"] == ["question", "addressed"]
    assert report["total"] == 3


def test_nobody_who_does_not_look_is_told_of_the_queue() -> None:
    assert Stage(rush()).play().observer.queues == []


def test_pins_and_pause_move_to_the_next_worker() -> None:
    states = []

    def pin_and_save(live: Live) -> None:
        live.queue.pin("m9")
        live.set_paused(True)
        states.append(live.to_state())

    Stage(rush(), cooldown_s=50.0).play(at(2.0, pin_and_save))
    words = FakeWords(lambda turn: [f"yes {turn.text}"])
    stage = Stage(FakeSource([]), words=words)

    def take_over(live: Live) -> None:
        live.restore(states[0])

    stage.play(at(0.0, take_over), at(9.0, lambda live: live.set_paused(False)))
    assert answered(stage) == ["hello 9 there"]
    assert stage.sink.times_of("begin")[0] >= 9.0
