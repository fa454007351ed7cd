"""Half an hour on air before a silent chat: the host keeps the plan, fills silences, and says goodbye."""

from dataclasses import replace
from itertools import pairwise

import pytest

from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from planner.stage.cues import NextAction
from planner.stage.lines import load_lines
from planner.stage.planner import Planner
from planner.stage.rundown import Rundown
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.turn import Character, TurnKind
from tests.fakes.live import FakeSource, FakeWords, Stage, comment
from tests.fakes.virtual_time import run_virtual, virtual_now

READY = load_lines("planner.stage", "show_lines_en.toml")
PLAN = (
    PlanSegment(SegmentKind.OPENING, "Welcome", 120.0, ("who is new here",)),
    PlanSegment(SegmentKind.TOPIC, "The new record", 600.0, ("the cover", "the first single", "the tour")),
    PlanSegment(SegmentKind.TOPIC, "Behind the scenes", 480.0, ("our instruments", "a funny mistake")),
    PlanSegment(
        SegmentKind.PRODUCT, "The T-shirt", 300.0, ("it is made of cotton", "it comes in three colours")
    ),
    PlanSegment(SegmentKind.CLOSING, "Goodbye", 300.0),
)
HALF_AN_HOUR_S = 1_800.0


@pytest.fixture
def show() -> Stage:
    """A live of half an hour in which nobody writes a word."""
    words = FakeWords(lambda turn: [f"Let me tell you about {turn.point}."])
    rundown = Rundown(language="en", segments=PLAN, call_to_action_every_s=360.0, seed=5)
    return Stage(FakeSource([], then_quiet_s=HALF_AN_HOUR_S), words=words, cues=[rundown]).play()


def test_it_opens_keeps_the_order_of_the_plan_and_says_goodbye(show: Stage) -> None:
    said, times = show.sink.said(), show.sink.times_of("begin")
    assert said[0] in READY["opening"]
    assert times[0] < 5.0

    titles = [turn.point for turn in show.words.turns if turn.kind is TurnKind.ANNOUNCEMENT]
    assert titles == ["The new record", "Behind the scenes", "The T-shirt"]
    for title, due_s in zip(titles, (120.0, 720.0, 1_200.0), strict=True):
        at_s = times[said.index(f"Let me tell you about {title}.")]
        assert due_s <= at_s <= due_s + 30.0

    [first] = [at_s for at_s, line in zip(times, said, strict=True) if line in READY["goodbye_begin"]]
    [last] = [at_s for at_s, line in zip(times, said, strict=True) if line in READY["goodbye_end"]]
    assert 1_500.0 <= first <= 1_530.0
    assert 1_770.0 <= last <= 1_790.0
    assert times[-1] == last


def test_it_invites_to_follow_every_five_to_seven_minutes(show: Stage) -> None:
    lines = zip(show.sink.times_of("begin"), show.sink.said(), strict=True)
    calls = [0.0, *(at_s for at_s, line in lines if line in READY["call_to_action"])]
    assert len(calls) >= 5
    assert all(300.0 <= after - before <= 420.0 for before, after in pairwise(calls))


def test_silences_are_filled_but_not_without_a_pause(show: Stage) -> None:
    times = show.sink.times_of("begin")
    assert max(after - before for before, after in pairwise([*times, HALF_AN_HOUR_S])) <= 60.0
    assert min(after - before for before, after in pairwise(times)) >= 10.0
    topics = [record for record in show.observer.replies if record.state == NextAction.TOPIC]
    assert len(topics) >= 25


def test_no_line_is_said_twice(show: Stage) -> None:
    assert {record.outcome for record in show.observer.replies} == {ReplyOutcome.SPOKEN}
    said = show.sink.said()
    assert len(set(said)) == len(said)


def test_a_products_facts_are_told_in_a_busy_chat_too() -> None:
    plan = (
        PlanSegment(SegmentKind.PRODUCT, "The T-shirt", 300.0, ("it is made of cotton", "in three colours")),
    )
    chat = [
        (second / 2, comment(f"why {second}?", source_id=str(second), name=f"Viewer {second}"))
        for second in range(1, 600)
    ]
    words = FakeWords(lambda turn: [f"On {turn.point}." if turn.point else "Because."])
    rundown = Rundown(language="en", segments=plan)
    stage = Stage(FakeSource(chat), words=words, cues=[rundown]).play()

    told = [
        (at_s, line)
        for at_s, line in zip(stage.sink.times_of("begin"), stage.sink.said(), strict=True)
        if line in ("On it is made of cotton.", "On in three colours.")
    ]
    assert [line for _, line in told][:2] == ["On it is made of cotton.", "On in three colours."]
    assert told[1][0] - told[0][0] == pytest.approx(90.0, abs=10.0)


def test_what_is_said_word_for_word_counts_as_said() -> None:
    rundown = Rundown(
        language="en", calls_to_action=["Follow the channel, you will like it!"], call_to_action_every_s=120.0
    )
    stage = Stage(FakeSource([], then_quiet_s=400.0), cues=[rundown])

    async def run() -> list[str]:
        words = Planner(None, Character("Nora", "", "en"), now_s=lambda: virtual_now().timestamp())
        await Live(replace(stage.parts(), planner=words)).run()
        return [line for line in stage.sink.said() if not words.repeats(line)]

    assert run_virtual(run()) == []
    assert stage.sink.said().count("Follow the channel, you will like it!") > 1


def test_the_planner_finds_words_for_every_point_without_a_model() -> None:
    rundown = Rundown(language="en", segments=PLAN, call_to_action_every_s=360.0, seed=5)
    stage = Stage(FakeSource([], then_quiet_s=HALF_AN_HOUR_S), cues=[rundown])

    async def run() -> None:
        words = Planner(None, Character("Nora", "", "en"), now_s=lambda: virtual_now().timestamp())
        await Live(replace(stage.parts(), planner=words)).run()

    run_virtual(run())
    said = " ".join(stage.sink.said()).casefold()
    for segment in PLAN[1:4]:
        assert segment.title.casefold() in said
        assert all(point.casefold() in said for point in segment.talking_points)
    whole = stage.sink.said()
    assert all(before != after for before, after in pairwise(whole))


def test_a_comment_is_answered_within_the_segment_that_is_on() -> None:
    rundown = Rundown(language="en", segments=PLAN)
    script = [(200.0, comment("when is the tour?", source_id="1"))]
    stage = Stage(FakeSource(script, then_quiet_s=30.0), cues=[rundown])

    async def run() -> None:
        parts = replace(stage.parts(), segment_text=lambda: rundown.segment_text(virtual_now().timestamp()))
        await Live(parts).run()

    run_virtual(run())
    [answered] = [turn for turn in stage.words.turns if turn.kind is TurnKind.COMMENT]
    assert "The new record" in answered.segment
    assert "the tour" in answered.segment
