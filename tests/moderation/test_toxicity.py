"""When a room is hostile, and when a viewer is better left alone."""

from moderation.stage.toxicity import (
    IGNORES_S,
    QUIET_S,
    REMEMBERED_VIEWERS,
    STREAK_LINES,
    VIEWER_LINES,
    ToxicStreak,
)


def insults(toxic: ToxicStreak, viewers: list[str], *, at_s: float = 0.0, every_s: float = 1.0) -> list[bool]:
    return [
        toxic.note(viewer, at_s + number * every_s, blocked=True) for number, viewer in enumerate(viewers)
    ]


def test_five_blocked_lines_of_two_viewers_within_a_minute_are_a_streak() -> None:
    toxic = ToxicStreak()
    for number in range(1_000):
        toxic.note("nice", number / 100, blocked=False)
    assert insults(toxic, ["a", "b", "a", "a", "a"], at_s=10.0) == [False] * 4 + [True]


def test_four_lines_or_five_in_more_than_a_minute_are_none() -> None:
    assert not any(insults(ToxicStreak(), ["a", "b", "c", "d"]))
    assert not any(insults(ToxicStreak(), list("abcdefghijkl"), every_s=15.1))


def test_the_lines_of_one_viewer_are_a_streak_when_they_are_much_of_the_chat() -> None:
    quiet, busy = ToxicStreak(), ToxicStreak()
    for number in range(13):
        quiet.note("nice", number / 100, blocked=False) if number < 11 else None
        busy.note("nice", number / 100, blocked=False)
    assert insults(quiet, ["a"] * 5, at_s=1.0)[-1], "5 of 16"
    assert not any(insults(busy, ["a"] * 5, at_s=1.0)), "5 of 18"


def test_lines_of_more_than_a_minute_ago_are_not_part_of_the_chat() -> None:
    toxic = ToxicStreak()
    for number in range(100):
        toxic.note("nice", number / 100, blocked=False)
    assert insults(toxic, ["a"] * 5, at_s=62.0)[-1]


def test_after_a_streak_the_room_is_ignored_for_three_minutes_and_then_counted_anew() -> None:
    toxic = ToxicStreak()
    assert insults(toxic, list("abcde"))[-1]
    assert toxic.ignores(4.0 + IGNORES_S - 0.1)
    assert not any(insults(toxic, list("abcdefgh") * 10, at_s=5.0))
    assert not toxic.ignores(4.0 + IGNORES_S)
    assert insults(toxic, list("abcde"), at_s=300.0) == [False] * 4 + [True]


def test_whoever_writes_three_blocked_lines_in_two_minutes_is_left_alone_for_five() -> None:
    toxic = ToxicStreak()
    insults(toxic, ["a"] * 2, every_s=60.0)
    assert not toxic.is_quiet("a", 60.0)
    toxic.note("a", 120.0, blocked=True)
    assert toxic.is_quiet("a", 120.0 + QUIET_S - 0.1)
    assert not toxic.is_quiet("a", 120.0 + QUIET_S)
    assert not toxic.is_quiet("b", 121.0)


def test_three_blocked_lines_in_more_than_two_minutes_are_forgiven() -> None:
    toxic = ToxicStreak()
    insults(toxic, ["a"] * VIEWER_LINES, every_s=61.0)
    assert not toxic.is_quiet("a", 123.0)


def test_clean_lines_and_lines_of_nobody_leave_nobody_alone() -> None:
    toxic = ToxicStreak()
    for number in range(10):
        toxic.note("a", number, blocked=False)
        toxic.note("", number, blocked=True)
    assert not toxic.is_quiet("a", 10.0)
    assert not toxic.is_quiet("", 10.0)


def test_a_snapshot_is_gone_on_with_on_another_clock() -> None:
    before, after = ToxicStreak(), ToxicStreak()
    insults(before, ["a", "a", "a", "b"], at_s=1_000.0)
    after.restore(before.snapshot(1_004.0), 4.0)
    assert after.is_quiet("a", 5.0)
    assert not after.is_quiet("a", 3.0 + QUIET_S)
    assert after.note("b", 5.0, blocked=True)
    last = ToxicStreak()
    last.restore(after.snapshot(6.0), 0.0)
    assert last.ignores(IGNORES_S - 2.0)
    assert not last.ignores(IGNORES_S)
    assert not last.note("b", 0.0, blocked=True)
    assert last.is_quiet("b", 1.0), "its third"


def test_what_is_old_is_not_handed_over() -> None:
    toxic = ToxicStreak()
    insults(toxic, ["a"] * STREAK_LINES)
    assert toxic.snapshot(1_000.0) == ToxicStreak().snapshot(1_000.0)


def test_a_mob_is_remembered_within_bounds() -> None:
    toxic = ToxicStreak()
    for number in range(3 * 5_000):
        toxic.note(str(number // 3), number / 1_000, blocked=True)
    assert len(toxic.snapshot(15.0)["quiet_s"]) == REMEMBERED_VIEWERS
