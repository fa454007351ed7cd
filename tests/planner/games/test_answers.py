import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.games.answer_matching import is_right
from planner.stage.games.questions import SHIPPED, Question, shipped_questions
from planner.stage.games.quiz import Quiz

EVERY_QUESTION = [(language, question) for language in SHIPPED for question in shipped_questions(language)]


@pytest.mark.parametrize("language", SHIPPED)
def test_a_language_has_a_hundred_questions_each_of_them_once(language: str) -> None:
    questions = shipped_questions(language)
    assert len(questions) >= 100
    assert len({question.text for question in questions}) == len(questions)
    assert all(question.text.endswith("?") for question in questions)


def test_every_shipped_answer_counts_as_right_and_may_be_said() -> None:
    moderator = Moderator([], shipped=shipped_lexicon(), safe_mode=True)
    for language, question in EVERY_QUESTION:
        assert not moderator.review(question.text).blocked, question.text
        for answer in question.answers:
            assert is_right(answer, question.answers, language), answer
            assert not moderator.review(answer).blocked, answer
            quiz = Quiz(question, language, opened_at_s=0.0)
            assert quiz.hear(answer, "id-1", "Anna", 1.0)
            assert quiz.winner_id == "id-1"


def test_no_question_gives_its_own_answer_away() -> None:
    for language, question in EVERY_QUESTION:
        for word in question.text.rstrip("?").split():
            assert not is_right(word, question.answers[:1], language), question.text


@pytest.mark.parametrize(
    ("line", "answers", "language"),
    [
        ("canberra!!", ["Canberra"], "it"),
        ("secondo me è Canberra", ["Canberra"], "it"),
        ("CAMBERRA", ["Canberra"], "it"),
        ("il Perù", ["Perù"], "it"),
        ("peru", ["Perù"], "it"),
        ("l'Everest", ["Everest"], "it"),
        ("sono otto", ["8"], "it"),
        ("ventuno", ["21"], "it"),
        ("uno", ["1"], "it"),
        ("twenty-six", ["26"], "en"),
        ("a hundred", ["100"], "en"),
        ("vierundsechzig", ["64"], "de"),
        ("Loewe", ["Löwe"], "de"),
        ("ein Lowe", ["Löwe"], "de"),
        ("Gruen", ["Grün"], "de"),
        ("8️⃣", ["8"], "it"),
        ("8", ["8"], "en"),
        ("van gogh vincent", ["Van Gogh"], "en"),
        ("vangogh", ["Van Gogh"], "en"),
    ],
)
def test_a_right_answer_counts_in_any_spelling(line: str, answers: list[str], language: str) -> None:
    assert is_right(line, answers, language)


@pytest.mark.parametrize(
    ("line", "answers", "language"),
    [
        ("Sydney", ["Canberra"], "it"),
        ("", ["Canberra"], "it"),
        ("🦘", ["Canberra"], "it"),
        ("Mare", ["Marte"], "it"),  # a short word has to be right
        ("7 8 9", ["8"], "it"),
        ("18", ["8"], "it"),
        ("l'anno scorso siamo stati tutti insieme a Canberra in vacanza", ["Canberra"], "it"),
    ],
)
def test_what_is_wrong_or_mere_talk_does_not_count(line: str, answers: list[str], language: str) -> None:
    assert not is_right(line, answers, language)


def test_only_the_first_number_of_a_viewer_counts() -> None:
    quiz = Quiz(Question("Quante?", ("8",)), "it", opened_at_s=0.0)
    for guess in ("6", "7", "8"):
        assert quiz.hear(guess, "id-1", "Anna", 1.0)
    assert quiz.points == 0
    quiz.hear("otto", "id-2", "Bea", 2.0)
    assert quiz.winner_id == "id-2"
