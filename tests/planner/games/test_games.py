import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from planner.stage.cues import Cue, NextAction
from planner.stage.games.commands import Control
from planner.stage.games.game_lines import GameLines
from planner.stage.games.games import GameRules, Games
from planner.stage.games.questions import Question
from planner.stage.lines import LANGUAGES, load_lines
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.turn import TurnKind

OWN = (Question("Chi canta stasera?", ("Marta", "la Marta")), Question("Quanti gatti ho?", ("3",)))
PLAN = (
    PlanSegment(SegmentKind.TOPIC, "Saluti", 300.0),
    PlanSegment(SegmentKind.TOPIC, "Vacanze", 300.0),
    PlanSegment(SegmentKind.PRODUCT, "La felpa", 300.0),
)


def make_games(**changes: Any) -> Games:
    return Games(GameRules(**{"language": "it", "every_s": 0.0, "own_questions": OWN, **changes}))


def say(games: Games, now_s: float) -> Cue:
    """Take what is due, as the host does."""
    cue = games.due(now_s, quiet_s=0.0)
    assert cue is not None
    assert games.due(now_s, quiet_s=0.0) is cue
    games.took(cue, now_s)
    return cue


def hear(games: Games, text: str, viewer: str, now_s: float, *, standing: str = "") -> Any:
    return games.hear(text, f"id-{viewer}", viewer, standing, now_s)


def restored(games: Games, **changes: Any) -> Games:
    restored = make_games(**changes)
    restored.restore(json.loads(json.dumps(games.snapshot())))
    return restored


# --- the quiz ------------------------------------------------------------------------------------


def test_the_first_right_answer_wins_by_name_and_late_ones_need_no_reply() -> None:
    games = make_games()
    assert hear(games, "!quiz", "Anna", 0.0).consumed
    assert OWN[0].text in say(games, 1.0).line
    assert not hear(games, "Giulia?", "Anna", 5.0).consumed
    assert hear(games, "marta", "Bea", 6.0).consumed
    assert hear(games, "Marta", "Carla", 6.1).consumed
    result = say(games, 7.0)
    assert "Bea" in result.line
    assert "Marta" in result.line
    assert hear(games, "marta!", "Dora", 9.0).consumed
    assert not hear(games, "marta!", "Dora", 20.0).consumed
    assert games.state(20.0)["leaders"] == [{"points": 10, "name": "Bea"}]


def test_the_result_stays_in_sight_while_the_host_says_it() -> None:
    games = make_games()
    assert games.start_quiz(0.0)
    say(games, 1.0)
    hear(games, "Marta", "Bea", 6.0)
    assert "is_over" not in games.state(6.0)
    say(games, 7.0)
    shown = games.state(7.0)
    assert (shown["phase"], shown["winner"], shown["answer"]) == ("closed", "Bea", "Marta")
    assert shown["is_over"]
    assert games.state(15.0) == shown
    assert games.state(15.1)["kind"] == ""
    assert games.start_quiz(15.0), "another game need not wait for it"
    assert games.state(15.0)["phase"] == "waiting"


def test_a_game_that_never_began_has_no_result_to_show() -> None:
    games = make_games()
    assert games.start_quiz(0.0)
    assert games.end_game(1.0)
    assert games.state(1.0)["kind"] == ""


def test_a_hint_comes_after_twelve_seconds_and_halves_the_points() -> None:
    games = make_games()
    games.start_quiz(0.0)
    opening = say(games, 0.0)
    spoken_s = len(opening.line) / 14
    assert games.due(spoken_s + 11.9, quiet_s=0.0) is None
    assert games.wakes_at_s(spoken_s) == pytest.approx(spoken_s + 12.0)
    hint = say(games, spoken_s + 12.1).line
    assert "M" in hint
    assert "Marta" not in hint
    hear(games, "marta", "Bea", spoken_s + 20)
    assert "5 punti" in say(games, spoken_s + 21).line


def test_nobody_wins_a_question_that_nobody_answers() -> None:
    games = make_games()
    games.start_quiz(0.0)
    say(games, 0.0)
    say(games, 20.0)
    result = say(games, 60.0).line
    assert "Marta" in result
    assert not hear(games, "marta", "Bea", 60.5).control
    assert games.state(69.0) == {"kind": "", "leaders": []}


def test_a_hint_at_a_number_names_no_digit_of_it() -> None:
    games = make_games()
    games.start_quiz(0.0)
    say(games, 0.0)
    games.end_game(1.0)
    say(games, 2.0)
    games.start_quiz(10.0)
    assert OWN[1].text in say(games, 10.0).line
    hint = say(games, 40.0 - 12.0).line
    assert "dispari" in hint
    assert "3" not in hint


def test_a_viewer_without_a_sayable_name_wins_without_being_called() -> None:
    games = make_games()
    games.start_quiz(0.0)
    say(games, 0.0)
    games.hear("marta", "id-9", "🦄🦄", "", 4.0)
    line = say(games, 5.0).line
    assert "🦄" not in line
    assert "{" not in line
    hear(games, "!classifica", "Anna", 6.0)
    assert "qualcuno" in say(games, 7.0).line


def test_own_questions_come_first_and_none_twice() -> None:
    games = make_games()
    asked = []
    for round_ in range(30):
        now_s = round_ * 200.0
        games.start_quiz(now_s)
        say(games, now_s)
        asked.append(games.state(now_s)["question"])
        games.end_game(now_s + 5)
        say(games, now_s + 6)
    assert asked[:2] == [question.text for question in OWN]
    assert len(set(asked)) == 30


def test_an_own_question_that_may_not_be_said_is_passed_over() -> None:
    games = make_games(allows=lambda text: "canta" not in text)
    games.start_quiz(0.0)
    assert OWN[1].text in say(games, 0.0).line


# --- who may start what --------------------------------------------------------------------------


def test_a_viewer_gets_a_quiz_only_when_none_was_lately() -> None:
    games = make_games()
    hear(games, "!quiz", "Anna", 0.0)
    say(games, 1.0)
    assert hear(games, "!quiz", "Bea", 5.0).consumed
    hear(games, "marta", "Bea", 6.0)
    say(games, 7.0)
    hear(games, "!quiz", "Carla", 120.0)
    assert games.due(121.0, quiet_s=0.0) is None
    hear(games, "!quiz", "Carla", 128.0)
    assert games.due(128.0, quiet_s=0.0) is not None


def test_polls_and_topic_votes_are_for_moderators() -> None:
    games = make_games(plan=PLAN, current_segment=lambda now_s: PLAN[0])
    hear(games, "!poll Mare o monti? Mare / Monti", "Anna", 0.0)
    hear(games, "!tema", "Anna", 0.0)
    hear(games, "!tema", "Anna", 0.0, standing="trusted")
    assert games.due(1.0, quiet_s=0.0) is None
    hear(games, "!poll Mare o monti? Mare / Monti", "Marco", 2.0, standing="moderator")
    assert "Mare o monti?" in say(games, 2.0).line


def test_controls_are_for_moderators() -> None:
    games = make_games()
    assert hear(games, "!mute", "Anna", 0.0).control is None
    assert hear(games, "!mute", "Anna", 0.0, standing="moderator").control is Control.MUTE
    assert hear(games, "!unmute", "Anna", 0.0, standing="moderator").control is Control.UNMUTE
    assert hear(games, "!stop", "Anna", 0.0, standing="moderator").control is Control.STOP
    assert hear(games, "!stop", "Anna", 0.0, standing="trusted").control is None


def test_help_and_scores_are_said_once_a_minute() -> None:
    games = make_games()
    hear(games, "!aiuto", "Anna", 0.0)
    hear(games, "!help", "Bea", 1.0)
    say(games, 2.0)
    assert games.due(3.0, quiet_s=0.0) is None
    hear(games, "!classifica", "Bea", 30.0)
    say(games, 30.0)
    hear(games, "!aiuto", "Bea", 61.0)
    say(games, 61.0)


# --- polls and topics ----------------------------------------------------------------------------


def test_a_poll_ends_with_its_result() -> None:
    games = make_games()
    games.start_poll("Mare o monti", ["Mare", "Monti"], 0.0)
    say(games, 0.0)
    for viewer in range(3):
        assert hear(games, "1", f"v{viewer}", 10.0).consumed
    hear(games, "b", "v3", 10.0)
    assert [option["votes"] for option in games.state(11.0)["options"]] == [3, 1]
    result = say(games, 75.0).line
    assert "Mare 75 per cento" in result
    assert "Monti 25 per cento" in result


def test_a_poll_whose_words_may_not_be_said_is_not_held() -> None:
    games = make_games(allows=lambda text: "veleno" not in text)
    assert not games.start_poll("Che cosa", ["veleno", "acqua"], 0.0)
    assert games.due(1.0, quiet_s=0.0) is None


def test_the_chosen_topic_is_what_the_host_talks_about_next() -> None:
    games = make_games(plan=PLAN, current_segment=lambda now_s: PLAN[0])
    assert games.start_topic_vote(0.0)
    assert "1, Vacanze; 2, La felpa" in say(games, 0.0).line
    hear(games, "2", "Anna", 20.0)
    assert "La felpa" in say(games, 60.0).line
    cue = say(games, 61.0)
    assert (cue.state, cue.turn.kind, cue.line) == (NextAction.ANNOUNCE, TurnKind.TOPIC, "")
    assert cue.turn.point == "La felpa"


# --- by themselves -------------------------------------------------------------------------------


def play_by_itself(games: Games, viewers: int, until_s: int) -> list[float]:
    """Let viewers write every 20 s; return when games began."""
    began = []
    for second in range(until_s):
        if second % 20 == 0:
            for viewer in range(viewers):
                hear(games, "che bella serata", f"v{viewer}", float(second))
        cue = games.due(float(second), quiet_s=0.0)
        if cue is not None:
            if cue.key.startswith("open"):
                began.append(float(second))
            games.took(cue, float(second))
    return began


def test_games_begin_by_themselves_six_to_eight_minutes_apart() -> None:
    began = play_by_itself(make_games(every_s=420.0), viewers=3, until_s=3600)
    assert len(began) >= 6
    assert 360 <= began[0] <= 480
    gaps = [later - earlier for earlier, later in pairwise(began)]
    assert all(360 <= gap <= 480 + 60 for gap in gaps)  # from a game's end to the next, so its length more
    assert len(set(gaps)) > 1


def test_no_game_begins_by_itself_while_fewer_than_three_write() -> None:
    assert play_by_itself(make_games(every_s=420.0), viewers=2, until_s=1200) == []
    assert play_by_itself(make_games(every_s=0.0), viewers=5, until_s=1200) == []


@pytest.mark.parametrize(
    ("segment", "kind"),
    [
        (PlanSegment(SegmentKind.QUIZ, "Quiz", 300.0), "quiz"),
        (PlanSegment(SegmentKind.POLL, "Mare o monti", 300.0, ("Mare", "Monti")), "poll"),
    ],
)
def test_the_plan_starts_its_games(segment: PlanSegment, kind: str) -> None:
    games = make_games(plan=(segment,), current_segment=lambda now_s: segment)
    say(games, 0.0)
    assert games.state(1.0)["kind"] == kind
    games.end_game(10.0)
    say(games, 11.0)
    began = play_by_itself(restored(games, plan=(segment,), current_segment=lambda now_s: segment), 0, 300)
    assert bool(began) == (kind == "quiz")


# --- from worker to worker -----------------------------------------------------------------------


def test_a_quiz_goes_on_elsewhere_with_its_time() -> None:
    games = make_games()
    games.start_quiz(100.0)
    say(games, 100.0)
    left_s = games.state(110.0)["seconds_left"]
    games = restored(games)
    assert games.state(110.0)["seconds_left"] == left_s
    hear(games, "marta", "Bea", 111.0)
    games = restored(games)
    assert "Bea" in say(games, 112.0).line
    assert restored(games).state(113.0)["leaders"] == [{"points": 10, "name": "Bea"}]


def test_what_could_not_be_said_for_long_is_not_said_any_more() -> None:
    games = make_games()
    games.start_quiz(0.0)
    assert games.due(10.0, quiet_s=0.0) is not None
    assert games.due(200.0, quiet_s=0.0) is None
    assert games.state(200.0)["kind"] == ""


# --- the lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_moment_has_twelve_lines_and_they_are_different(language: str) -> None:
    for topic, lines in load_lines("planner.stage.games", f"lines_{language}.toml").items():
        assert len(set(lines)) == len(lines) >= 12, topic


def test_both_languages_have_the_same_moments_and_words() -> None:
    def words(language: str, kind: str) -> dict[str, set[str]]:
        lines = load_lines("planner.stage.games", f"{kind}_{language}.toml")
        return {topic: set(re.findall(r"\{(\w+)\}", " ".join(said))) for topic, said in lines.items()}

    for kind in ("lines", "phrases"):
        assert words("it", kind) == words("en", kind)


def test_no_line_comes_twice_within_half_an_hour() -> None:
    wording = GameLines(language="it", seed=1)
    said: list[str] = []
    draw: Callable[[], str] = wording.help
    for _ in range(12):
        said.append(draw())
        wording.now_s += 120.0
    assert len(set(said)) == 12
