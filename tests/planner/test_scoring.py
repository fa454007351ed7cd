"""Which chat line deserves an answer most."""

from dataclasses import replace

import pytest

from planner.stage.choice.line_features import read
from planner.stage.choice.scoring import MAX_AGE_S, Candidate, ScoringLimits, score
from planner.stage.turn import Turn, TurnKind

LIMITS = ScoringLimits("Nora Rossi", answers_per_viewer=4)


def line(text: str, language: str = "it") -> Candidate:
    return Candidate(Turn(TurnKind.COMMENT, "Anna", language, text=text))


def total(candidate: Candidate) -> float:
    found = score(candidate, LIMITS)
    assert found is not None
    return found.total


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dove abiti?", "it"),
        ("ciao, come stai", "it"),
        ("scusa ma quanto costa il rosso", "it"),
        ("dov'è il concerto", "it"),
        ("puoi salutare mia mamma", "it"),
        ("how old are you", "en"),
        ("is this live", "en"),
        ("what's your name", "it"),
        ("wie heißt du", "de"),
        ("hallo, woher kommst du", "de"),
        ("¿de dónde eres", "es"),
        ("hola, cuándo empieza", "es"),
        ("où habites-tu", "fr"),
        ("salut, pourquoi tu chantes", "fr"),
        ("onde você mora", "pt"),
        ("oi, quando começa", "pt"),
        ("本当ですか？", "en"),
    ],
)
def test_a_question_is_known_in_six_languages_and_with_any_mark(text: str, language: str) -> None:
    assert read(text, language, "").is_question


@pytest.mark.parametrize(
    "text", ["bella come sempre", "What a goal!", "this is great", "sei bellissima", "?", "Come canti bene!"]
)
def test_what_only_looks_like_a_question_is_none(text: str) -> None:
    found = score(line(text), LIMITS)
    assert found is not None
    assert "question" not in found.parts


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Nora, quanti anni hai?", "quanti anni ha il cantante?"),
        ("@nora quanti anni hai?", "quanti anni hai?"),
        ("@host quanti anni hai?", "quanti anni hai?"),
        ("quanti anni hai?", "@luca quanti anni hai?"),
        ("quanti anni hai?", "quanti anni ha lui?"),
        ("quanti anni hai?", "che bella canzone questa"),
        ("che bella canzone questa", "ciao"),
        ("ciao a tutti da Roma", "CIAO A TUTTI DA ROMA"),
        ("ciao", "😂😂😂"),
        ("ciao", "asdfghjkl"),
        ("ciao", "gg gg gg gg"),
        ("ciao", "hahahahaha"),
        ("ciao", "aaaaaaaaaa"),
    ],
)
def test_a_line_that_can_be_answered_better_scores_higher(better: str, worse: str) -> None:
    assert total(line(better)) > total(line(worse))


def test_gifters_newcomers_and_the_trusted_come_before_others() -> None:
    plain = line("che bella canzone")
    for favoured in (
        replace(plain, has_given=True),
        replace(plain, is_new=True),
        replace(plain, trusted=True),
    ):
        assert total(favoured) > total(plain)


def test_who_was_answered_lately_and_what_needs_care_come_after_others() -> None:
    plain = line("che bella canzone")
    assert total(replace(plain, answers_lately=2)) < total(replace(plain, answers_lately=1)) < total(plain)
    assert total(replace(plain, turn=replace(plain.turn, careful=True))) < total(plain)


def test_a_line_loses_by_its_age_and_is_let_go_in_the_end() -> None:
    plain = line("quanti anni hai?")
    ages = [total(replace(plain, age_s=age_s)) for age_s in (0.0, 2.0, 10.0, 30.0, MAX_AGE_S)]
    assert ages == sorted(ages, reverse=True)
    assert total(replace(plain, age_s=30.0)) > total(line("che bella canzone")), "a question is worth it"
    assert score(replace(plain, age_s=MAX_AGE_S + 0.1), LIMITS) is None


def test_a_viewer_who_has_had_all_answers_is_not_answered() -> None:
    assert score(replace(line("quanti anni hai?"), answers_lately=4), LIMITS) is None


def test_a_score_tells_its_parts() -> None:
    found = score(replace(line("Nora, come va?"), has_given=True), LIMITS)
    assert found is not None
    values = found.as_values()
    assert {"question", "addressed", "gifter", "fresh", "total"} <= set(values)
    assert values["total"] == pytest.approx(sum(values.values()) - values["total"], abs=0.05)
