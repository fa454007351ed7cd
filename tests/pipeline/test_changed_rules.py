"""Rules that change while a live runs: at once, and without losing what was there."""

from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

from chatsources.events import LiveEvent
from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.rules import Rules
from livesessions.pipeline.selection.rates import Rates
from moderation.stage.moderator import Moderator
from tests.fakes.live import FakeSource, FakeWords, Stage, at, comment

OFTEN = Rates(cooldown_min_s=1.0, cooldown_max_s=1.0)


def lines(*texts: str, every_s: float = 1.0) -> list[tuple[float, LiveEvent]]:
    return [
        (1.0 + every_s * number, comment(text, source_id=str(number), name=f"Viewer{number}"))
        for number, text in enumerate(texts)
    ]


def new_rules(
    second: float, *blocked: str, rates: Rates = OFTEN, holds_replies: bool = False
) -> Callable[[Live], Coroutine[Any, Any, None]]:
    rules = Rules(Moderator(list(blocked)), rates, holds_replies)
    return at(second, lambda live: live.set_rules(rules))


def test_a_word_that_is_blocked_on_air_is_neither_shown_nor_answered_from_then_on() -> None:
    script = lines("the blue whale", "the blue whale again", every_s=20.0)
    stage = Stage(FakeSource(script)).play(new_rules(10.0, "whale"))

    assert stage.sink.lines == ["the blue whale"]
    assert [verdict.blocked for _, verdict in stage.observer.events if verdict] == [False, True]
    assert len(stage.words.turns) == 1


def test_a_word_that_the_host_would_say_is_blocked_from_then_on() -> None:
    words = FakeWords(lambda turn: ["I adore whales."])
    script = lines("what do you like?", "and what do you like now?", every_s=20.0)
    stage = Stage(FakeSource(script), words=words).play(new_rules(10.0, "whales"))

    assert stage.sink.said() == ["I adore whales."]
    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.SPOKEN, ReplyOutcome.REFUSED]


def test_a_line_that_waits_and_may_not_be_answered_any_more_is_let_go() -> None:
    script = lines("hello there, who are you?", "what of the whale?", "what of the dolphin?", every_s=0.1)
    stage = Stage(FakeSource(script), cooldown_s=10.0).play(new_rules(2.0, "whale", "forbidden"))

    answered = [turn.text for turn in stage.words.turns]
    assert "what of the whale?" not in answered
    assert "what of the dolphin?" in answered


def test_what_was_said_before_counts_against_the_new_rates() -> None:
    script = lines(*[f"question number {number}, what is it?" for number in range(6)], every_s=2.0)
    stage = Stage(FakeSource(script, then_quiet_s=30.0), rates=Rates(1.0, 1.0, answers_per_minute=60))
    stage.play(new_rules(6.0, rates=Rates(1.0, 1.0, answers_per_minute=2)))

    assert len([at_s for at_s in stage.sink.times_of("begin") if at_s < 6.0]) >= 2
    assert not [at_s for at_s in stage.sink.times_of("begin") if 8.0 < at_s < 40.0]


def test_a_slower_pace_holds_from_the_next_answer_on() -> None:
    script = lines(*[f"question number {number}, what is it?" for number in range(10)])
    slow = Rates(cooldown_min_s=8.0, cooldown_max_s=8.0)
    stage = Stage(FakeSource(script, then_quiet_s=30.0), rates=OFTEN).play(new_rules(4.5, rates=slow))

    begun = [at_s for at_s in stage.sink.times_of("begin") if at_s > 4.5]
    assert len(begun) >= 3
    assert all(later - earlier >= 7.9 for earlier, later in pairwise(begun))


def test_replies_are_held_from_then_on_and_those_that_wait_stay_when_they_are_not_any_more() -> None:
    held: list[int] = []

    def look(live: Live) -> None:
        held.append(len(live.to_state()["host"]["held"]))

    script = lines("who are you?", "where are you?", "when do you sleep?", every_s=10.0)
    stage = Stage(FakeSource(script)).play(
        new_rules(5.0, holds_replies=True), new_rules(15.0), at(16.0, look)
    )

    assert held == [1]
    assert [reply.outcome for reply in stage.observer.replies] == [
        ReplyOutcome.SPOKEN,
        ReplyOutcome.EXPIRED,
        ReplyOutcome.SPOKEN,
    ]


def test_a_live_can_be_stopped_for_another_reason_and_the_first_one_counts() -> None:
    stage = Stage(FakeSource([])).play(
        at(1.0, lambda live: live.stop("shopping_live")), at(1.0, lambda live: live.stop())
    )

    assert stage.reason == "shopping_live"
