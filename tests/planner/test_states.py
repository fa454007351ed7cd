"""What the host does next, decided from what waits: a table, and the rules behind it."""

from dataclasses import replace
from itertools import product
from math import inf

import pytest

from planner.stage.choice.next_action import THANKS_IN_A_ROW, Situation, changes_in_s, decide
from planner.stage.cues import NextAction

ALL_CUES = frozenset({NextAction.GAME, NextAction.ANNOUNCE, NextAction.TOPIC})
EVERYTHING = Situation(
    streamer_lines=1,
    help_lines=1,
    big_thanks=1,
    thanks=1,
    courtesies=1,
    answers=1,
    cues=ALL_CUES,
    quiet_s=60.0,
)

# Each row takes the foremost of what waits away; what is decided then comes next.
ORDER = [
    ({}, NextAction.ANNOUNCE),
    ({"streamer_lines": 0}, NextAction.ANSWER),
    ({"help_lines": 0}, NextAction.THANK),
    ({"big_thanks": 0}, NextAction.THANK),
    ({"thanks": 0}, NextAction.GAME),
    ({"cues": ALL_CUES - {NextAction.GAME}}, NextAction.ANNOUNCE),
    ({"cues": frozenset({NextAction.TOPIC})}, NextAction.THANK),
    ({"courtesies": 0}, NextAction.ANSWER),
    ({"answers": 0}, NextAction.TOPIC),
    ({"cues": frozenset()}, NextAction.REST),
]


def test_what_waits_comes_in_the_order_of_its_urgency() -> None:
    situation = EVERYTHING
    for change, expected in ORDER:
        situation = replace(situation, **change)  # type: ignore[arg-type]
        assert decide(situation) is expected, change


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (Situation(streamer_lines=1, gap_in_s=9.0), NextAction.ANNOUNCE),
        (Situation(help_lines=1, gap_in_s=9.0), NextAction.ANSWER),
        (Situation(big_thanks=1, thanks_in_s=30.0, answer_in_s=4.0), NextAction.THANK),
        (Situation(big_thanks=1, gap_in_s=0.2), NextAction.REST),
        (Situation(thanks=1, answer_in_s=4.0), NextAction.THANK),
        (Situation(thanks=1, thanks_in_s=30.0, answers=1), NextAction.ANSWER),
        (Situation(thanks=1, answers=1, thanks_in_a_row=THANKS_IN_A_ROW), NextAction.ANSWER),
        (Situation(thanks=1, answers=1, thanks_in_a_row=THANKS_IN_A_ROW, answer_in_s=1.0), NextAction.REST),
        (Situation(thanks=1, answers=1, thanks_in_a_row=THANKS_IN_A_ROW, answer_in_s=30.0), NextAction.THANK),
        (Situation(thanks=1, thanks_in_a_row=THANKS_IN_A_ROW), NextAction.THANK),
        (Situation(cues=frozenset({NextAction.GAME}), answers=1, answer_in_s=4.0), NextAction.GAME),
        (Situation(cues=frozenset({NextAction.ANNOUNCE}), cue_in_s=1.0), NextAction.REST),
        (Situation(courtesies=1, answers=1, thanks_in_a_row=1), NextAction.ANSWER),
        (Situation(courtesies=1, thanks_in_a_row=1), NextAction.THANK),
        (Situation(courtesies=1, cue_in_s=2.0), NextAction.REST),
        (Situation(answers=1, answer_in_s=0.1), NextAction.REST),
        (Situation(answers=1, answer_in_s=9.0, cues=ALL_CUES - {NextAction.GAME}), NextAction.ANNOUNCE),
        (Situation(cues=frozenset({NextAction.TOPIC}), quiet_s=0.5), NextAction.REST),
        (Situation(), NextAction.REST),
    ],
)
def test_what_may_not_be_said_yet_waits(situation: Situation, expected: NextAction) -> None:
    assert decide(situation) is expected


def test_every_situation_is_decided_and_nothing_is_done_for_nobody() -> None:
    sizes, waits = (0, 1), (0.0, 3.0)
    for streamer, helping, big, thanks, courtesies, answers in product(sizes, repeat=6):
        for cues, gap, late, in_a_row in product((frozenset(), ALL_CUES), waits, waits, (0, THANKS_IN_A_ROW)):
            situation = Situation(
                streamer,
                helping,
                big,
                thanks,
                courtesies,
                answers,
                cues,
                quiet_s=30.0,
                gap_in_s=gap,
                thanks_in_s=max(gap, late),
                cue_in_s=max(gap, late),
                answer_in_s=max(gap, late),
                thanks_in_a_row=in_a_row,
            )
            waiting = {
                NextAction.ANNOUNCE: streamer or cues,
                NextAction.ANSWER: helping or answers,
                NextAction.THANK: big or thanks or courtesies,
                NextAction.GAME: cues,
                NextAction.TOPIC: cues,
                NextAction.REST: True,
            }
            assert waiting[decide(situation)]
            if decide(situation) is NextAction.REST and (answers or cues or courtesies):
                assert 0.0 < changes_in_s(situation) < inf, "whoever rests knows until when"


def test_nothing_changes_by_itself_while_nothing_waits() -> None:
    assert changes_in_s(Situation(answer_in_s=3.0)) == inf
    assert changes_in_s(Situation(answers=1, answer_in_s=3.0, quiet_s=9.0)) == 3.0
