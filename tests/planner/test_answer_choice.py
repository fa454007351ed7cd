"""The best line of those that wait, and all that ask the same."""

from dataclasses import replace

from planner.stage.choice.answer_choice import choose
from planner.stage.choice.audience import LATELY_S, Audience, viewer_of
from planner.stage.choice.duplicates import question_words
from planner.stage.choice.scoring import Candidate, ScoringLimits
from planner.stage.turn import Turn, TurnKind

LIMITS = ScoringLimits("Nora", answers_per_viewer=2)


def line(text: str, *, age_s: float = 0.0) -> Candidate:
    turn = Turn(TurnKind.COMMENT, "Anna", "it", text=text)
    return Candidate(turn, age_s, wording=question_words(text, "it", "Nora"))


def test_the_best_is_chosen_wherever_it_stands() -> None:
    choice = choose([line("ciao"), line("Nora, quanti anni hai?"), line("😂")], LIMITS)
    assert choice is not None
    assert (choice.place, choice.same) == (1, ())


def test_those_that_ask_the_same_come_along() -> None:
    waiting = [
        line("dove abiti", age_s=9.0),
        line("ciao"),
        line("Nora, dove abiti?"),
        line("ma dove abiti??"),
    ]
    choice = choose(waiting, LIMITS)
    assert choice is not None
    assert (choice.place, choice.same) == (2, (0, 3))


def test_who_was_answered_last_waits_while_there_is_anybody_else() -> None:
    last = replace(line("Nora, quanti anni hai?"), was_last=True)
    choice = choose([last, line("😂")], LIMITS)
    assert choice is not None
    assert choice.place == 1
    alone = choose([last], LIMITS)
    assert alone is not None
    assert alone.place == 0


def test_nobody_is_chosen_when_all_have_had_their_answers() -> None:
    assert choose([replace(line("come va?"), answers_lately=2)], LIMITS) is None
    assert choose([], LIMITS) is None


def test_what_was_just_answered_gives_way_to_what_was_not() -> None:
    answered = [question_words("dove abiti?", "it", "Nora")]
    choice = choose([line("Nora dove abiti?"), line("bella canzone questa")], LIMITS, just_answered=answered)
    assert choice is not None
    assert choice.place == 1
    alone = choose([line("Nora dove abiti?")], LIMITS, just_answered=answered)
    assert alone is not None
    assert alone.score.parts["just_answered"] < 0


def test_the_audience_remembers_answers_for_five_minutes_and_gifts_for_the_live() -> None:
    audience = Audience()
    audience.gave("anna")
    audience.answered("anna", 1_000.0)
    audience.answered("bruno", 1_001.0)
    again = Audience()
    again.restore(audience.snapshot())

    assert (again.has_given("anna"), again.has_given("bruno"), again.last) == (True, False, "bruno")
    assert (again.is_new("anna"), again.is_new("carla")) == (False, True)
    assert again.answers_lately("anna", 1_000.0 + LATELY_S - 1) == 1
    assert again.answers_lately("anna", 1_000.0 + LATELY_S) == 0


def test_the_audience_forgets_whom_it_met_longest_ago() -> None:
    audience = Audience(capacity=2)
    for viewer in ("anna", "bruno", "anna", "carla"):
        audience.answered(viewer, 1.0)

    assert len(audience) == 2
    assert audience.is_new("bruno")
    assert not audience.is_new("anna")


def test_a_viewer_is_known_by_the_id_and_without_one_by_the_name() -> None:
    turn = Turn(TurnKind.COMMENT, "Anna", "it")
    assert viewer_of(turn) == "anna"
    assert viewer_of(replace(turn, viewer_id="7")) == "7"
    assert viewer_of(replace(turn, viewer_name="")) == ""
