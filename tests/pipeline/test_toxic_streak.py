"""A hostile room is calmed once and then ignored; a viewer who goes on being hostile is left alone."""

import asyncio
from dataclasses import replace

from chatsources.events import LiveEvent
from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.rules import ReplaceableGate
from livesessions.pipeline.state import LiveState
from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.planner import Planner
from planner.stage.turn import Character
from tests.fakes.live import BLOCKED, FakeSource, Stage, comment
from tests.fakes.virtual_time import run_virtual

Script = list[tuple[float, LiveEvent]]


def hostile(names: str, *, at_s: float = 1.0, every_s: float = 1.0) -> Script:
    return [
        (at_s + number * every_s, comment(f"{BLOCKED}!", source_id=f"{at_s}-{number}", name=name * 3))
        for number, name in enumerate(names)
    ]


def kinds(stage: Stage) -> list[str]:
    return [turn.kind.value for turn in stage.words.turns]


def test_the_host_changes_the_topic_once_and_says_nothing_more_about_it() -> None:
    stage = Stage(FakeSource([*hostile("abcdeabcde"), *hostile("fghijklmn", at_s=60.0)])).play()

    assert kinds(stage) == ["calm"]
    assert stage.sink.times_of("begin") == [5.0]
    [turn] = stage.words.turns
    assert (turn.viewer_name, turn.text) == ("", "")
    [reply] = stage.observer.replies
    assert reply.trigger is None


def test_after_three_minutes_it_may_be_calmed_again() -> None:
    stage = Stage(FakeSource([*hostile("abcde"), *hostile("fghij", at_s=200.0)])).play()

    assert stage.sink.times_of("begin") == [5.0, 204.0]


def test_while_the_room_is_ignored_clean_lines_are_answered() -> None:
    script = [*hostile("abcde"), (20.0, comment("ciao", source_id="nice", name="Zoe"))]
    stage = Stage(FakeSource(script)).play()

    assert kinds(stage) == ["calm", "comment"]


def test_while_the_room_is_ignored_there_are_no_neutral_lines() -> None:
    class EarnestStage(Stage):
        def parts(self) -> LiveParts:
            return replace(
                super().parts(), gate=ReplaceableGate(Moderator([BLOCKED], shipped=shipped_lexicon()))
            )

    politics = "che ne pensi di Trump?"
    script = [
        *hostile("abcde"),
        (30.0, comment(politics, source_id="1", name="Zoe")),
        (186.0, comment(politics, source_id="2", name="Zoe")),
    ]
    stage = EarnestStage(FakeSource(script)).play()

    assert kinds(stage) == ["calm", "neutral"]
    assert stage.sink.times_of("begin")[1] >= 186.0


def test_a_hostile_viewers_clean_lines_are_shown_but_not_answered_for_five_minutes() -> None:
    polite = (("now", 10.0), ("still", 300.0), ("later", 304.0))
    clean = [(at_s, comment(text, source_id=text, name="aaa")) for text, at_s in polite]
    stage = Stage(
        FakeSource([*hostile("aaa"), (5.0, comment("ciao", source_id="z", name="Zoe")), *clean])
    ).play()

    assert stage.sink.lines == ["ciao", "now", "still", "later"]
    assert [turn.text for turn in stage.words.turns] == ["ciao", "later"]


def test_the_real_planner_has_words_for_it() -> None:
    class SpokenStage(Stage):
        def parts(self) -> LiveParts:
            return replace(super().parts(), planner=Planner(None, Character("Viva", "", "en"), seed=1))

    stage = SpokenStage(FakeSource(hostile("abcde"))).play()

    [reply] = stage.observer.replies
    assert reply.usage.model == "stock"
    assert reply.trigger_kind == "calm"
    assert len(reply.text) > 20


def test_a_streak_goes_over_to_the_next_worker() -> None:
    first = Stage(FakeSource(hostile("abbb"), then_quiet_s=1_000.0))
    polite = comment("ciao", source_id="polite", name="bbb")
    second = Stage(FakeSource([*hostile("c", at_s=2.0), (3.0, polite)], then_quiet_s=20.0))
    left: list[LiveState] = []

    async def hand_over(live: Live) -> None:
        await asyncio.sleep(10.0)
        left.append(live.to_state())
        live.stop()

    async def go_on() -> None:
        live = Live(second.parts())
        live.restore({**left[0], "counts": {}})
        await live.run()

    first.play(hand_over)
    run_virtual(go_on())

    assert kinds(first) == []
    assert kinds(second) == ["calm"], "and whoever was left alone still is"
