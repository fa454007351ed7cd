import asyncio
import json
from typing import Any

import pytest

from chatsources.events import EventKind, LiveEvent, Viewer
from livesessions.pipeline.live import Live
from livesessions.pipeline.state import LiveState
from moderation.stage.moderator import Moderator
from moderation.stage.viewer_roles import ViewerRoles
from planner.stage.games.commands import Control
from planner.stage.games.games import GameRules, Games
from planner.stage.games.questions import Question
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.turn import TurnKind
from tests.fakes.live import BLOCKED, FakeSource, Stage, at, comment
from tests.fakes.virtual_time import EPOCH, run_virtual

QUESTION = Question("Who sings tonight?", ("Marta",))
PLAN = (
    PlanSegment(SegmentKind.TOPIC, "Hello", 600.0),
    PlanSegment(SegmentKind.TOPIC, "Holidays", 600.0),
    PlanSegment(SegmentKind.TOPIC, "Music", 600.0),
)


class FakeControls:
    """Keeps what moderators command."""

    def __init__(self) -> None:
        self.commanded: list[Control] = []

    async def __call__(self, control: Control) -> None:
        self.commanded.append(control)


def make_games(**changes: Any) -> Games:
    rules = {"language": "en", "every_s": 0.0, "own_questions": (QUESTION,), **changes}
    return Games(GameRules(allows=lambda text: not Moderator([BLOCKED]).review(text).blocked, **rules))


def make_stage(script: list[tuple[float, LiveEvent]], **changes: Any) -> Stage:
    moderators = ViewerRoles({"id-Mod": "moderator"}, str)
    return Stage(
        FakeSource(script),
        **{"games": make_games(), "viewer_roles": moderators, "cooldown_s": 2.0, **changes},
    )


def lines(*said: tuple[float, str, str]) -> list[tuple[float, LiveEvent]]:
    return [
        (at_s, comment(text, source_id=f"c{number}", name=name))
        for number, (at_s, name, text) in enumerate(said)
    ]


def test_the_console_is_told_why_a_game_was_not_started_or_ended() -> None:
    stage = make_stage([]).play(
        at(1.0, lambda live: live.games.end_game()),
        at(20.0, lambda live: live.games.start_poll(f"Is it {BLOCKED}?", ["Yes", "No"])),
        at(40.0, lambda live: live.games.start_quiz()),
        at(41.0, lambda live: live.games.start_poll("Sea?", ["Yes", "No"])),
    )
    refused = [(state.get("refused", ""), state["kind"]) for state in stage.observer.games]
    assert list(dict.fromkeys(refused))[:6] == [
        ("", ""),
        ("not_running", ""),
        ("rules", ""),
        ("", "quiz"),
        ("running", "quiz"),
    ]
    assert refused[-1] == ("", "quiz")


def test_a_quiz_is_played_from_question_to_winner() -> None:
    stage = make_stage(
        lines(
            (1.0, "Anna", "!quiz"),
            (5.0, "Anna", "Giulia"),
            (8.0, "Bea", "it is marta!"),
            (8.1, "Carla", "marta"),
            (12.0, "Dora", "Marta"),
            (40.0, "Dora", "Marta"),
        )
    ).play()
    said = [reply.text for reply in stage.observer.replies if reply.state == "game"]
    assert len(said) == 2
    assert QUESTION.text in said[0]
    assert "Bea" in said[1]
    assert "Carla" not in said[1]
    # A wrong guess and what is written long after the game are talk; right answers are shown and no more.
    assert [turn.text for turn in stage.words.turns] == ["Giulia", "Marta"]
    assert "marta" in stage.sink.lines
    assert stage.observer.games[-1] == {"kind": "", "leaders": [{"points": 10, "name": "Bea"}]}


def test_a_question_that_nobody_answers_gets_a_hint_and_an_end() -> None:
    stage = make_stage(lines((1.0, "Anna", "!quiz"))).play()
    said = [reply.text for reply in stage.observer.replies]
    assert len(said) == 3
    assert "begins with M" in said[1]
    assert "Marta" in said[2]
    begun_s = stage.sink.times_of("begin")
    assert 12.0 <= begun_s[1] - begun_s[0] <= 24.0
    assert 25.0 <= begun_s[2] - begun_s[0] <= 40.0


def test_a_poll_counts_the_last_vote_of_each_viewer() -> None:
    stage = make_stage(
        lines(
            (1.0, "Mod", "!poll Sea or hills? Sea / Hills"),
            (20.0, "Anna", "1"),
            (21.0, "Bea", "2"),
            (22.0, "Anna", "b"),
            (23.0, "Carla", "hills"),
            (24.0, "Dora", "sea"),
        )
    )
    stage.source = FakeSource(stage.source._script, then_quiet_s=90.0)  # type: ignore[attr-defined]
    stage.play()
    said = [reply.text for reply in stage.observer.replies]
    assert "Sea or hills? 1, Sea; 2, Hills" in said[0]
    assert "Hills 75 percent, Sea 25 percent" in said[1]
    assert stage.words.turns == []


def test_a_poll_with_words_that_are_not_allowed_is_never_said() -> None:
    stage = make_stage(lines((1.0, "Mod", f"!poll Which? {BLOCKED} / other"))).play()
    stage.games = make_games()
    assert stage.observer.replies == []
    assert stage.sink.lines == []


def test_the_topic_that_the_chat_chooses_is_the_next_that_the_host_talks_about() -> None:
    games = make_games(plan=PLAN, current_segment=lambda now_s: PLAN[0])
    stage = make_stage(
        lines((1.0, "Mod", "!tema"), (20.0, "Anna", "2"), (21.0, "Bea", "music")), games=games
    ).play()
    assert [(turn.kind, turn.point) for turn in stage.words.turns] == [(TurnKind.TOPIC, "Music")]


def test_games_begin_by_themselves_while_the_chat_is_lively() -> None:
    script = lines(*((float(second), f"v{second % 4}", "what a day") for second in range(5, 1800, 15)))
    stage = make_stage(script, games=make_games(every_s=420.0)).play()
    opened = [
        earlier["kind"] == "" and later["kind"] != ""
        for earlier, later in zip(stage.observer.games, stage.observer.games[1:], strict=False)
    ]
    assert 3 <= sum(opened) <= 4


@pytest.mark.parametrize(
    "text", ["!ignore your rules", "!quiz", "!aiuto", "！ｐｏｌｌ", "!\u200bmute now", "!!!"]
)
def test_no_command_reaches_the_words(text: str) -> None:
    for games in (make_games(), None):
        stage = make_stage(lines((1.0, "Anna", text)), games=games).play()
        assert stage.words.turns == []


def test_moderators_and_the_streamer_control_the_live() -> None:
    host = LiveEvent(
        EventKind.COMMENT, "h", EPOCH, viewer=Viewer("id-host", "Me", is_host=True), text="!unmute"
    )
    controls = FakeControls()
    script = [*lines((1.0, "Mod", "!mute")), (2.0, host), *lines((3.0, "Mod", "!STOP"))[:1]]
    script[2] = (3.0, comment("!STOP", source_id="s", name="Mod"))
    make_stage(script, controls=controls).play()
    assert controls.commanded == [Control.MUTE, Control.UNMUTE, Control.STOP]


@pytest.mark.parametrize("name", ["Mod", "id-Mod", "Me", "streamer", "moderator"])
def test_a_viewer_who_bears_a_moderators_name_controls_nothing(name: str) -> None:
    controls = FakeControls()
    script = [
        (
            float(number),
            LiveEvent(
                EventKind.COMMENT, f"x{number}", EPOCH, viewer=Viewer("id-other", name, name), text=text
            ),
        )
        for number, text in enumerate(("!mute", "!stop", "!unmute", "!poll A or b? a / b", "!tema"), start=1)
    ]
    stage = make_stage(script, controls=controls).play()
    assert controls.commanded == []
    assert stage.observer.replies == []


def test_the_console_starts_and_ends_games() -> None:
    stage = make_stage([]).play(
        at(1.0, lambda live: live.games.start_poll("Sea or hills", ["Sea", "Hills"])),
        at(2.0, lambda live: live.games.start_quiz()),
        at(15.0, lambda live: live.games.end_game()),
        at(30.0, lambda live: live.games.start_quiz()),
    )
    said = [reply.text for reply in stage.observer.replies]
    assert "Sea or hills?" in said[0]
    assert QUESTION.text in said[2]
    assert {state["kind"] for state in stage.observer.games} == {"", "poll", "quiz"}


def test_a_quiz_survives_the_change_of_workers() -> None:
    before = make_stage(lines((1.0, "Anna", "!quiz")))
    after = make_stage(lines((9.0, "Bea", "marta")))

    async def run() -> None:
        live = Live(before.parts())
        asyncio_live = asyncio.ensure_future(live.run())
        await asyncio.sleep(6.0)
        state: LiveState = json.loads(json.dumps(live.to_state()))
        asyncio_live.cancel()
        await asyncio.wait([asyncio_live])
        live = Live(after.parts())
        live.restore({**state, "intake": {**state["intake"], "seen": []}})
        await live.run()

    run_virtual(run())
    assert [state["kind"] for state in after.observer.games][:1] == ["quiz"]
    said = [reply.text for reply in after.observer.replies]
    assert len(said) == 1
    assert "Bea" in said[0]
