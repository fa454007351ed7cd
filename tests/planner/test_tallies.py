"""Follows, shares and subscriptions are gathered into groups."""

from planner.stage.thanks_groups import REMEMBERED_VIEWERS, Group, ThanksGroups
from planner.stage.turn import TurnKind

FOLLOW, SHARE, SUBSCRIBE = TurnKind.FOLLOW, TurnKind.SHARE, TurnKind.SUBSCRIBE


def test_a_group_is_complete_with_its_last_viewer_and_names_them_in_order() -> None:
    tallies = ThanksGroups({SHARE: 3})
    assert tallies.add(SHARE, "Anna", "1", 0.0) is None
    assert tallies.add(SHARE, "Marco", "2", 1.0) is None
    assert tallies.add(SHARE, "Sara", "3", 2.0) == Group(SHARE, ("Anna", "Marco", "Sara"), 3)
    assert tallies.next_deadline() is None
    assert tallies.add(SHARE, "Anna", "1", 3.0) is None, "the next group begins anew"


def test_one_is_each_and_none_is_never() -> None:
    tallies = ThanksGroups({FOLLOW: 1, SHARE: 0})
    assert tallies.add(FOLLOW, "Anna", "1", 0.0) == Group(FOLLOW, ("Anna",), 1)
    assert tallies.add(SUBSCRIBE, "Anna", "1", 0.0) == Group(SUBSCRIBE, ("Anna",), 1)
    assert tallies.add(SHARE, "Anna", "1", 0.0) is None
    assert tallies.expire(1_000.0) == []


def test_kinds_are_counted_apart() -> None:
    tallies = ThanksGroups({FOLLOW: 2, SHARE: 2})
    assert tallies.add(FOLLOW, "Anna", "1", 0.0) is None
    assert tallies.add(SHARE, "Anna", "1", 0.0) is None
    assert tallies.add(FOLLOW, "Marco", "2", 0.0) == Group(FOLLOW, ("Anna", "Marco"), 2)


def test_a_viewer_counts_once_in_a_group_by_id_and_without_one_by_name() -> None:
    tallies = ThanksGroups({SHARE: 3})
    for name, viewer_id in (("Anna", "1"), ("Anna due", "1"), ("Ugo", ""), ("Ugo", "")):
        assert tallies.add(SHARE, name, viewer_id, 0.0) is None
    assert tallies.add(SHARE, "Anna", "2", 0.0) == Group(SHARE, ("Anna", "Ugo", "Anna"), 3)


def test_viewers_without_id_and_name_count_each() -> None:
    tallies = ThanksGroups({SHARE: 2})
    assert tallies.add(SHARE, "", "", 0.0) is None
    assert tallies.add(SHARE, "", "", 0.0) == Group(SHARE, (), 2)


def test_a_half_full_group_is_given_as_it_is_after_a_minute() -> None:
    tallies = ThanksGroups({SHARE: 3, SUBSCRIBE: 2})
    tallies.add(SHARE, "Anna", "1", 10.0)
    tallies.add(SUBSCRIBE, "Marco", "2", 30.0)
    assert tallies.next_deadline() == 70.0
    assert tallies.expire(69.9) == []
    assert tallies.expire(70.0) == [Group(SHARE, ("Anna",), 1)]
    assert tallies.expire(90.0) == [Group(SUBSCRIBE, ("Marco",), 1)]
    assert tallies.next_deadline() is None


def test_a_viewer_who_is_forgotten_leaves_the_group_and_an_empty_group_is_none() -> None:
    tallies = ThanksGroups({SHARE: 3})
    tallies.add(SHARE, "Anna", "1", 0.0)
    tallies.add(SHARE, "Marco", "2", 0.0)
    tallies.forget("1")
    tallies.forget("nobody")
    assert tallies.expire(60.0) == [Group(SHARE, ("Marco",), 1)]
    tallies.add(SHARE, "Anna", "1", 100.0)
    tallies.forget("1")
    assert tallies.next_deadline() is None


def test_a_snapshot_is_gone_on_with_on_another_clock() -> None:
    before, after = ThanksGroups({SHARE: 3}), ThanksGroups({SHARE: 3})
    before.add(SHARE, "Anna", "1", 100.0)
    before.add(SHARE, "", "", 110.0)
    after.restore(before.snapshot(120.0), 5.0)
    assert after.next_deadline() == 45.0
    assert after.add(SHARE, "Anna", "1", 6.0) is None
    assert after.add(SHARE, "Sara", "3", 7.0) == Group(SHARE, ("Anna", "Sara"), 3)


def test_a_huge_group_keeps_its_count_and_a_bounded_memory() -> None:
    tallies = ThanksGroups({FOLLOW: 10_000})
    for number in range(9_999):
        assert tallies.add(FOLLOW, f"v{number}", str(number), 0.0) is None
    group = tallies.add(FOLLOW, "last", "last", 1.0)
    assert group is not None
    assert group.count == 10_000
    assert len(group.names) == REMEMBERED_VIEWERS
