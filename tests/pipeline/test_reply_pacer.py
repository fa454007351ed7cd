"""How often the host may speak."""

import json

import pytest

from livesessions.pipeline.selection.reply_pacer import GAP_S, ReplyClass, ReplyPacer


def pacer(*, answers: int = 100, thanks: int = 100, low_s: float = 3.0, high_s: float = 5.0) -> ReplyPacer:
    return ReplyPacer(
        cooldown_min_s=low_s, cooldown_max_s=high_s, answers_per_minute=answers, thanks_per_minute=thanks
    )


def chat(pace: ReplyPacer, *, lines_per_s: float, until_s: float = 60.0) -> None:
    for number in range(round(lines_per_s * until_s)):
        pace.message_shown(number / lines_per_s)


@pytest.mark.parametrize(
    ("lines_per_s", "least_s", "most_s"),
    [(0.05, 3.0, 3.1), (0.25, 3.0, 3.25), (1.0, 3.9, 4.2), (3.2, 4.9, 5.0), (50.0, 5.0, 5.0)],
)
def test_the_cooldown_grows_as_the_chat_accelerates(
    lines_per_s: float, least_s: float, most_s: float
) -> None:
    pace = pacer()
    chat(pace, lines_per_s=lines_per_s)
    assert least_s <= pace.cooldown_s(60.0) <= most_s


def test_a_rush_is_forgotten_within_a_minute() -> None:
    pace = pacer()
    chat(pace, lines_per_s=10.0)
    assert pace.cooldown_s(60.0) == 5.0
    assert pace.cooldown_s(110.0) == 3.0


def test_answers_and_remarks_keep_the_cooldown_from_start_to_start() -> None:
    pace = pacer()
    pace.reply_began(ReplyClass.ANSWER, 100.0)
    pace.reply_ended(101.0)
    assert pace.ready_at_s(ReplyClass.ANSWER, 101.0) == pace.ready_at_s(ReplyClass.REMARK, 101.0) == 103.0


def test_thanks_and_games_keep_a_small_gap_only() -> None:
    pace = pacer()
    pace.reply_began(ReplyClass.ANSWER, 100.0)
    pace.reply_ended(101.0)
    assert (
        pace.ready_at_s(ReplyClass.THANKS, 101.0) == pace.ready_at_s(ReplyClass.GAME, 101.0) == 101.0 + GAP_S
    )


def test_an_answer_after_thanks_waits_for_the_smaller_cooldown_only() -> None:
    pace = pacer()
    chat(pace, lines_per_s=10.0)
    pace.reply_began(ReplyClass.ANSWER, 60.0)
    pace.reply_began(ReplyClass.THANKS, 64.0)
    assert pace.ready_at_s(ReplyClass.ANSWER, 64.0) == 67.0


def test_the_streamer_and_help_are_never_held_back() -> None:
    pace = pacer(answers=1, thanks=1)
    pace.reply_began(ReplyClass.ANSWER, 100.0)
    pace.reply_failed(100.0)
    assert pace.ready_at_s(ReplyClass.FREE, 100.0) < 0


@pytest.mark.parametrize("kind", [ReplyClass.ANSWER, ReplyClass.THANKS])
def test_each_class_has_its_limit_in_any_sixty_seconds(kind: ReplyClass) -> None:
    pace = pacer(answers=3, thanks=3, low_s=1.0, high_s=1.0)
    for at_s in (100.0, 110.0, 120.0):
        assert pace.ready_at_s(kind, at_s) <= at_s
        pace.reply_began(kind, at_s)
        pace.reply_ended(at_s)
    assert pace.ready_at_s(kind, 121.0) == 160.0
    other = ReplyClass.THANKS if kind is ReplyClass.ANSWER else ReplyClass.ANSWER
    assert pace.ready_at_s(other, 130.0) < 130.0


def test_a_failure_holds_everything_back_for_a_cooldown() -> None:
    pace = pacer()
    pace.reply_failed(100.0)
    assert {
        pace.ready_at_s(kind, 100.0) for kind in (ReplyClass.ANSWER, ReplyClass.THANKS, ReplyClass.GAME)
    } == {103.0}


def test_without_a_cooldown_there_is_no_gap_either() -> None:
    pace = pacer(low_s=0.0, high_s=0.0)
    pace.reply_began(ReplyClass.ANSWER, 100.0)
    pace.reply_ended(101.0)
    assert pace.ready_at_s(ReplyClass.ANSWER, 101.0) == 101.0


def test_the_next_worker_goes_on_at_the_same_pace_with_another_clock() -> None:
    before, after = pacer(answers=2), pacer(answers=2)
    chat(before, lines_per_s=2.0)
    for at_s in (55.0, 59.0):
        before.reply_began(ReplyClass.ANSWER, at_s)
    after.restore(json.loads(json.dumps(before.to_state(5_000.0))), 4_000.0, now_s=1_062.0)

    assert after.cooldown_s(1_062.0) == pytest.approx(before.cooldown_s(62.0), abs=0.01)
    assert after.ready_at_s(ReplyClass.ANSWER, 1_062.0) == pytest.approx(1_000.0 + 55.0 + 60.0)


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    before, after = pacer(), pacer()
    before.reply_began(ReplyClass.ANSWER, 500.0)
    after.restore(before.to_state(0.0), 0.0, now_s=100.0)
    assert after.ready_at_s(ReplyClass.ANSWER, 100.0) == 103.0


def test_an_unused_tempo_goes_over_too() -> None:
    after = pacer()
    after.restore(json.loads(json.dumps(pacer().to_state(5.0))), 5.0, now_s=5.0)
    assert after.ready_at_s(ReplyClass.ANSWER, 5.0) < 5.0
