"""What the overlay's widgets are told in a live: games, counts, and who follows."""

from dataclasses import replace
from typing import Any

from chatsources.events import EventKind
from livesessions.pipeline.state import LiveState
from tests.fakes.live import BLOCKED, FakeSource, Stage, at, comment, gift, happening
from tests.pipeline.test_games import make_games


def told(stage: Stage, kind: str) -> list[Any]:
    return [value for _, what, value in stage.sink.messages if what == kind]


def test_the_screen_sees_a_poll_begin_and_its_votes() -> None:
    games = make_games()
    script = [(5.0, comment("2", source_id="a")), (6.0, comment("2", source_id="b", name="Bea"))]
    stage = Stage(FakeSource(script), games=games)
    stage.play(at(1.0, lambda live: live.games.start_poll("Pizza or pasta", ["pizza", "pasta"])))
    states = [state for state in told(stage, "game") if state["kind"] == "poll"]
    assert states[0]["question"] == "Pizza or pasta?"
    assert max(state["options"][1]["votes"] for state in states) == 2


def test_a_goal_counts_follows_likes_and_whole_streaks() -> None:
    script = [
        (1.0, happening(EventKind.FOLLOW, source_id="f1")),
        (2.0, happening(EventKind.LIKE, source_id="l1", count=15)),
        (3.0, happening(EventKind.LIKE, source_id="l2", count=5)),
        (4.0, gift(1, source_id="g1", open_=True)),
        (5.0, gift(3, source_id="g2", open_=False)),
        (6.0, happening(EventKind.JOIN, source_id="j1")),
    ]
    stage = Stage(FakeSource(script)).play()
    assert told(stage, "tally")[-1] == {"follow": 1, "like": 20, "gift": 3}


def test_a_follow_is_announced_with_its_name_and_without_one_it_is_not() -> None:
    follow = happening(EventKind.FOLLOW, source_id="f1")
    nameless = replace(follow, source_id="f2", viewer=replace(follow.viewer, name=BLOCKED))  # type: ignore[type-var]
    stage = Stage(FakeSource([(1.0, follow), (2.0, nameless)])).play()
    assert len(told(stage, "chat")) == 1


def test_the_next_worker_goes_on_counting() -> None:
    states: list[LiveState] = []
    first = Stage(FakeSource([(1.0, happening(EventKind.FOLLOW, source_id="f1"))]))
    first.play(at(5.0, lambda live: states.append(live.to_state())))
    second = Stage(FakeSource([(2.0, happening(EventKind.FOLLOW, source_id="f2", name="Leo"))]))
    second.play(at(1.0, lambda live: live.restore(states[0])))
    assert told(second, "tally")[-1] == {"follow": 2}
