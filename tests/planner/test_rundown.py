"""What the host says of its own accord, minute by minute of the show's plan."""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.cues import Cue, NextAction
from planner.stage.lines import LANGUAGES, load_lines
from planner.stage.rundown import FACT_EVERY_S, QUIET_S, Rundown
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.turn import TurnKind

START_S = 1_800_000_000.0
MINUTE_S = 60.0
Quiet = Callable[[float], float]

PLAN = (
    PlanSegment(SegmentKind.OPENING, "Ciao", 2 * MINUTE_S),
    PlanSegment(
        SegmentKind.TOPIC, "Il disco nuovo", 8 * MINUTE_S, ("la copertina", "il primo singolo", "il tour")
    ),
    PlanSegment(SegmentKind.PRODUCT, "La maglietta", 6 * MINUTE_S, ("è di cotone", "c'è in tre colori")),
    PlanSegment(SegmentKind.CALL_TO_ACTION, "Seguiteci", 2 * MINUTE_S),
    PlanSegment(SegmentKind.CLOSING, "Saluti", 4 * MINUTE_S),
)


def always(seconds: float) -> Quiet:
    return lambda now_s: seconds


def silent_from(since_s: float) -> Quiet:
    return lambda now_s: now_s - since_s


def play(
    rundown: Rundown, *, until_s: float, since_s: float = 0.0, quiet: Quiet | None = None
) -> list[tuple[float, Cue]]:
    """Ask once a second, say whatever is due at once, and return it with its second of the show."""
    said = []
    asked_s = since_s
    while asked_s < until_s:
        now_s = START_S + asked_s
        cue = rundown.due(now_s, quiet_s=(quiet or silent_from(START_S))(now_s))
        if cue is not None:
            rundown.took(cue, now_s)
            said.append((asked_s, cue))
        asked_s += 1.0
    return said


def rundown(**given: object) -> Rundown:
    return Rundown(**{"language": "it", "segments": PLAN, "call_to_action_every_s": 360.0, **given})  # type: ignore[arg-type]


def of(said: list[tuple[float, Cue]], topic: str) -> list[tuple[float, Cue]]:
    return [(at_s, cue) for at_s, cue in said if cue.key.startswith(f"{topic}:")]


@pytest.mark.parametrize(
    ("second", "title"),
    [
        (0, "Ciao"),
        (119, "Ciao"),
        (120, "Il disco nuovo"),
        (599, "Il disco nuovo"),
        (600, "La maglietta"),
        (960, "Seguiteci"),
        (1_080, "Saluti"),
        (1_319, "Saluti"),
        (1_320, None),
        (90_000, None),
    ],
)
def test_the_segment_on_is_the_one_that_the_clock_says(second: float, title: str | None) -> None:
    show = rundown()
    show.due(START_S, quiet_s=0.0)
    segment = show.current(START_S + second)
    assert (segment.title if segment else None) == title


def test_the_last_segment_stays_unless_it_is_the_closing() -> None:
    show = rundown(segments=PLAN[:2])
    show.due(START_S, quiet_s=0.0)
    assert show.current(START_S + 90_000) == PLAN[1]


def test_the_plan_begins_when_it_is_first_asked() -> None:
    show = rundown()
    assert show.current(START_S) == PLAN[0]
    assert show.wakes_at_s(START_S) == START_S
    show.due(START_S + 5_000, quiet_s=0.0)
    assert show.current(START_S + 5_000) == PLAN[0]


def test_the_first_words_are_a_greeting() -> None:
    [(at_s, cue), *_] = play(rundown(), until_s=5.0)
    assert at_s == 0.0
    assert cue.line in load_lines("planner.stage", "show_lines_it.toml")["opening"]
    assert (cue.state, cue.turn.kind) == (NextAction.ANNOUNCE, TurnKind.ANNOUNCEMENT)


def test_a_greeting_that_comes_too_late_is_left_out() -> None:
    show = rundown()
    show.due(START_S, quiet_s=0.0)
    assert of(play(show, since_s=61.0, until_s=110.0), "opening") == []


def test_each_segment_is_introduced_once_in_order_and_at_its_time() -> None:
    said = of(play(rundown(), until_s=1_500.0, quiet=always(0.0)), "segment")
    assert [cue.turn.point for _, cue in said] == ["Il disco nuovo", "La maglietta"]
    assert [at_s for at_s, _ in said] == pytest.approx([120.0, 600.0], abs=20.0)
    for _, cue in said:
        assert (cue.state, cue.turn.kind, cue.line) == (NextAction.ANNOUNCE, TurnKind.ANNOUNCEMENT, "")
        assert cue.turn.point in cue.turn.segment


def test_what_is_due_stays_the_same_until_it_is_taken() -> None:
    show = rundown()
    first = show.due(START_S, quiet_s=0.0)
    assert first is not None
    assert show.due(START_S + 3.0, quiet_s=3.0) == first
    show.took(first, START_S + 3.0)
    assert show.due(START_S + 4.0, quiet_s=4.0) is None


def test_calls_to_action_come_every_five_to_seven_minutes_in_rotation() -> None:
    lines = ["Seguiteci!", "Condividete la live!", "Passate parola!"]
    for seed in range(20):
        show = rundown(segments=(), calls_to_action=lines, seed=seed)
        calls = of(play(show, until_s=2 * 3_600.0, quiet=always(0.0)), "call_to_action")
        assert [cue.line for _, cue in calls][:6] == lines * 2
        times = [0.0, *(at_s for at_s, _ in calls)]
        assert all(300.0 <= after - before <= 420.0 for before, after in pairwise(times))
        assert len({round(after - before) for before, after in pairwise(times)}) > 5, "no clock"


def test_calls_to_action_can_be_switched_off() -> None:
    show = rundown(segments=PLAN[:2], call_to_action_every_s=0.0)
    assert of(play(show, until_s=3_600.0), "call_to_action") == []


def test_a_segment_for_it_begins_with_a_call_to_action() -> None:
    show = rundown(call_to_action_every_s=0.0)
    [(at_s, cue)] = of(play(show, until_s=1_500.0, quiet=always(0.0)), "call_to_action")
    assert at_s == pytest.approx(960.0, abs=20.0)
    assert cue.line


@pytest.mark.parametrize("quiet_s", [0.0, 10.0, 24.9])
def test_nobody_is_talked_over_while_the_chat_is_awake(quiet_s: float) -> None:
    said = play(rundown(segments=PLAN[:2]), until_s=3_600.0, quiet=always(quiet_s))
    assert not [cue for _, cue in said if cue.state is NextAction.TOPIC]


def test_silence_is_filled_with_the_points_of_the_segment_and_then_with_questions() -> None:
    said = play(rundown(call_to_action_every_s=0.0), until_s=590.0, since_s=0.0)
    topics = [cue for at_s, cue in said if cue.state is NextAction.TOPIC and at_s > 125.0]
    assert [cue.turn.point for cue in topics[:3]] == list(PLAN[1].talking_points)
    assert all(cue.line and not cue.turn.point for cue in topics[3:])
    assert len({cue.key for cue in topics}) == len(topics), "nothing is said twice in ten minutes"


def test_the_next_idle_word_waits_for_as_long_a_silence_after_the_last_one() -> None:
    said = play(rundown(segments=(), call_to_action_every_s=0.0), until_s=900.0)
    assert len(said) > 15
    assert all(after - before > QUIET_S for (before, _), (after, _) in pairwise(said))


def test_a_point_comes_again_when_all_were_used_and_have_rested() -> None:
    plan = (PlanSegment(SegmentKind.TOPIC, "Lungo", 7_200.0, ("uno", "due")),)
    said = play(rundown(segments=plan), until_s=7_200.0)
    points = [(at_s, cue.turn.point) for at_s, cue in of(said, "point")]
    assert [point for _, point in points][:6] == ["uno", "due"] * 3
    assert all(after - before >= 600.0 for (before, _), (after, _) in zip(points, points[2:], strict=False))


@pytest.mark.parametrize(
    "plan", [(), PLAN, PLAN[:2], (PlanSegment(SegmentKind.TOPIC, "Solo", 600.0, ("uno",)),)]
)
def test_nothing_is_said_twice_in_a_row(plan: tuple[PlanSegment, ...]) -> None:
    said = play(rundown(segments=plan), until_s=3 * 3_600.0)
    assert len(said) > 200
    assert all(before.key != after.key for (_, before), (_, after) in pairwise(said))


def test_a_products_facts_come_while_the_chat_is_busy_but_not_more_often_than_they_may() -> None:
    said = play(rundown(), until_s=1_500.0, quiet=always(0.0))
    facts = of(said, "point")
    assert [cue.turn.point for _, cue in facts] == list(PLAN[2].talking_points)
    assert all(600.0 < at_s < 960.0 for at_s, _ in facts)
    assert facts[1][0] - facts[0][0] >= FACT_EVERY_S
    assert {cue.state for _, cue in facts} == {NextAction.ANNOUNCE}, "or it would wait for a silence"


def test_a_starter_that_the_room_has_heard_gives_way_to_another() -> None:
    first, second = of(play(rundown(segments=()), until_s=200.0), "starter")[:2]
    again = rundown(segments=(), is_repeat=lambda line: line == first[1].line)
    passed_over = of(play(again, until_s=200.0), "starter")

    assert passed_over[0] == (first[0], second[1])
    assert first[1].line not in [cue.line for _, cue in passed_over]


def test_no_starter_is_better_than_one_that_was_heard() -> None:
    said = play(rundown(segments=(), is_repeat=lambda line: True), until_s=900.0)
    assert not of(said, "starter")
    assert of(said, "opening"), "a show is opened all the same"
    assert of(said, "call_to_action")


def test_the_creators_own_calls_are_said_all_the_same_and_in_their_order() -> None:
    said = play(
        rundown(segments=(), calls_to_action=["Seguimi!", "Condividi!"], is_repeat=lambda line: True),
        until_s=1_200.0,
        quiet=always(0.0),
    )
    assert [cue.line for _, cue in of(said, "call_to_action")][:2] == ["Seguimi!", "Condividi!"]


def test_silence_does_not_bring_a_products_facts_faster() -> None:
    facts = [at_s for at_s, cue in of(play(rundown(), until_s=960.0), "point") if at_s >= 600.0]
    assert len(facts) == 2
    assert facts[1] - facts[0] >= FACT_EVERY_S


@pytest.mark.parametrize("quiet", [always(0.0), silent_from(START_S)])
def test_two_goodbyes_end_the_plan(quiet: Quiet) -> None:
    said = play(rundown(), until_s=1_320.0, quiet=quiet)
    ready = load_lines("planner.stage", "show_lines_it.toml")
    goodbyes = [(at_s, cue) for at_s, cue in said if cue.key.startswith("goodbye")]
    assert [
        cue.line in ready[topic]
        for (_, cue), topic in zip(goodbyes, ("goodbye_begin", "goodbye_end"), strict=True)
    ] == [True, True]
    assert [at_s for at_s, _ in goodbyes] == pytest.approx([1_080.0, 1_290.0], abs=20.0)
    assert said[-1] == goodbyes[-1], "nothing follows the last goodbye"


def test_after_the_plan_the_points_of_its_topics_come_again() -> None:
    show = rundown(call_to_action_every_s=0.0)
    play(show, until_s=1_320.0, quiet=always(0.0))
    said = of(play(show, since_s=1_320.0, until_s=3_000.0), "point")
    topical = {*PLAN[1].talking_points, *PLAN[2].talking_points}
    assert {cue.turn.point for _, cue in said} == topical
    assert {cue.turn.segment for _, cue in said} == {""}


def test_without_a_plan_the_host_just_chats() -> None:
    show = rundown(segments=())
    said = play(show, until_s=1_800.0)
    assert {cue.key.split(":")[0] for _, cue in said} == {"opening", "starter", "call_to_action"}
    assert show.current(START_S) is None
    assert show.segment_text(START_S) == ""


def test_a_quiz_and_a_poll_are_introduced_and_their_points_left_to_the_game() -> None:
    plan = (
        PlanSegment(SegmentKind.QUIZ, "Il quiz", 600.0, ("non dirlo",)),
        PlanSegment(SegmentKind.POLL, "Il voto", 600.0, ("rosso", "blu")),
    )
    said = play(rundown(segments=plan), until_s=1_800.0)
    assert [cue.turn.point for _, cue in said if not cue.line] == ["Il quiz", "Il voto"]
    assert "rosso; blu" in said[-1][1].turn.segment


def test_after_a_long_pause_only_what_is_on_now_is_said() -> None:
    show = rundown()
    play(show, until_s=60.0)
    said = play(show, since_s=700.0, until_s=760.0, quiet=always(0.0))
    assert [cue.key.split(":")[0] for _, cue in said] == ["segment", "call_to_action", "point"]
    assert said[0][1].turn.point == "La maglietta"


@pytest.mark.parametrize(
    "handover_s", [0.0, 1.0, 45.0, 130.0, 333.0, 650.0, 1_000.0, 1_100.0, 1_295.0, 1_400.0]
)
def test_another_worker_goes_on_as_if_nothing_had_been(handover_s: float) -> None:
    alone = play(rundown(seed=7), until_s=2_000.0)
    first, second = rundown(seed=7), rundown(seed=7)
    before = play(first, until_s=handover_s)
    second.restore(json.loads(json.dumps(first.snapshot())))
    assert before + play(second, since_s=handover_s, until_s=2_000.0) == alone


def test_a_handover_survives_a_plan_that_became_shorter() -> None:
    first, second = rundown(), rundown(segments=PLAN[:1])
    play(first, until_s=900.0)
    second.restore(first.snapshot())
    assert second.current(START_S + 901.0) == PLAN[0]
    assert play(second, since_s=901.0, until_s=1_000.0)


@pytest.mark.parametrize("quiet", [always(0.0), silent_from(START_S)])
def test_nothing_new_is_due_before_it_wakes(quiet: Quiet) -> None:
    show, wakes_at_s = rundown(seed=3), START_S
    for second in range(1_400):
        now_s = START_S + second
        cue = show.due(now_s, quiet_s=quiet(now_s))
        if cue is not None:
            assert wakes_at_s <= now_s
            show.took(cue, now_s)
        if now_s >= wakes_at_s or cue is not None:
            wakes_at_s = show.wakes_at_s(now_s) or START_S
            assert wakes_at_s > now_s


def test_every_language_has_enough_ready_lines_and_none_is_there_twice() -> None:
    for language in LANGUAGES:
        ready = load_lines("planner.stage", f"show_lines_{language}.toml")
        assert len(ready["starter"]) >= 60
        lines = [line for topic in ready.values() for line in topic]
        assert len(set(lines)) == len(lines)
        assert all(len(line) <= 140 for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_ready_line_asks_for_gifts(language: str) -> None:
    ready = load_lines("planner.stage", f"show_lines_{language}.toml")
    lines = " ".join(line for topic in ready.values() for line in topic).casefold()
    for word in ("regal", "gift", "donat", "donaz", "diamant", "diamond", "moneta", "coins", "compra", "buy"):
        assert word not in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ready_line_passes_the_gate_in_safe_mode(language: str) -> None:
    gate = Moderator([], shipped=shipped_lexicon(), safe_mode=True)
    ready = load_lines("planner.stage", f"show_lines_{language}.toml")
    held = [line for topic in ready.values() for line in topic if gate.review(line).blocked]
    assert held == []
