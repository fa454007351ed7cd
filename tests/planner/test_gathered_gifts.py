"""Which of the waiting gifts are thanked together, and which alone."""

import pytest

from planner.stage.choice.thanks import CROWD, WaitingGift, gifts_to_thank, is_big


def thanked(*gifts: tuple[str, int]) -> tuple[int, ...]:
    return gifts_to_thank([WaitingGift(*gift) for gift in gifts], small=10, big=1_000)


@pytest.mark.parametrize(
    ("gifts", "expected"),
    [
        ([("anna", 1)], (0,)),
        ([("anna", 1), ("bruno", 5), ("carla", 9)], (2, 1, 0)),
        ([("anna", 1), ("bruno", 500), ("carla", 9)], (2, 0)),
        ([("bruno", 500), ("anna", 1), ("carla", 9)], (0,)),
        ([("anna", 1), ("bruno", 1), ("zoe", 1_000), ("anna", 2_000)], (2,)),
        ([("anna", 50), ("bruno", 60), ("anna", 70)], (2, 0)),
        ([("anna", 6), ("bruno", 1), ("anna", 6)], (0, 2)),
        ([("bruno", 1), ("anna", 6), ("anna", 6)], (0,)),
    ],
)
def test_big_ones_go_alone_and_first_small_ones_together_others_by_giver(
    gifts: list[tuple[str, int]], expected: tuple[int, ...]
) -> None:
    assert thanked(*gifts) == expected


def test_when_a_crowd_waits_the_ordinary_are_gathered_too() -> None:
    gifts = [(f"viewer {number}", 50 + number) for number in range(CROWD + 1)]
    assert thanked(*gifts[:CROWD]) == (0,)
    assert thanked(*gifts) == tuple(range(CROWD, -1, -1))


def test_without_a_threshold_nothing_is_big() -> None:
    assert not is_big(10**6, big=0)
    assert is_big(1_000, big=1_000)
    assert not is_big(999, big=1_000)
