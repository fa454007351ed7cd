from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.plans import QuizQuestion
from livesessions.models.shows import Show
from tenants.models import User

ClientFor = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script>"
NOBODY = UUID(int=1)


def url(show: Show, path: str = "") -> str:
    return f"/shows/{show.id}/questions/{path}"


def questions_of(show: Show) -> list[tuple[str, list[str]]]:
    with scope(tenant=show.tenant):
        return [(row.question, row.answers) for row in QuizQuestion.objects.filter(show=show)]


@pytest.fixture
def question(show: Show) -> QuizQuestion:
    with scope(tenant=show.tenant):
        made: QuizQuestion = QuizQuestion.objects.create(
            tenant=show.tenant, show=show, question="Come si chiama il gatto?", answers=["Briciola", "Bri"]
        )
    return made


def test_alice_adds_a_question_with_several_answers(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    answer = client.post(url(show, "add/"), {"question": "Il gatto?", "answers": "Briciola ; Bri; briciola "})
    assert answer.status_code == 302
    assert questions_of(show) == [("Il gatto?", ["Briciola", "Bri", "briciola"])]
    assert "Il gatto?" in client.get(url(show)).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"question": "", "answers": "a"},
        {"question": "Chi?", "answers": " ; "},
        {"question": "Chi?", "answers": "🦄"},
    ],
)
def test_half_a_question_is_refused_and_stays(
    alice: User, show: Show, client_for: ClientFor, given: dict[str, str]
) -> None:
    answer = client_for(alice).post(url(show, "add/"), given)
    assert answer.status_code == 422
    assert questions_of(show) == []


def test_pasted_lines_with_a_fault_are_named_by_their_number_and_none_is_lost(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    lines = "Il gatto? ; Briciola\n\nSenza risposta?\n; sola\nL'anno? ; 2019 ; duemiladiciannove"
    answer = client_for(alice).post(url(show, "paste/"), {"lines": lines})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 3:" in page
    assert "Line 4:" in page
    assert "Line 5:" not in page
    assert "duemiladiciannove" in page
    assert questions_of(show) == []


def test_pasted_lines_are_added_once_each_in_their_order(
    alice: User, show: Show, client_for: ClientFor, question: QuizQuestion
) -> None:
    lines = "Uno? ; 1\nDue? ; 2 ; due\nuno? ; 1\nCome si chiama il gatto? ; altro"
    answer = client_for(alice).post(url(show, "paste/"), {"lines": lines}, follow=True)
    assert "2 questions added." in answer.content.decode()
    assert questions_of(show) == [
        ("Come si chiama il gatto?", ["Briciola", "Bri"]),
        ("Uno?", ["1"]),
        ("Due?", ["2", "due"]),
    ]


def test_a_show_has_so_many_questions_and_no_more(
    alice: User, show: Show, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesessions.shows.services.questions.MAX_QUESTIONS", 2)
    answer = client_for(alice).post(url(show, "paste/"), {"lines": "a? ; 1\nb? ; 2\nc? ; 3"})
    assert answer.status_code == 422
    assert questions_of(show) == []


def test_a_question_is_deleted(
    alice: User, show: Show, client_for: ClientFor, question: QuizQuestion
) -> None:
    assert client_for(alice).post(url(show, f"{question.id}/delete/")).status_code == 302
    assert questions_of(show) == []


@pytest.mark.parametrize(("text", "counts"), [("è BRICIOLA!", True), ("bricciola", True), ("Micio", False)])
def test_an_answer_can_be_tried(
    alice: User, show: Show, client_for: ClientFor, question: QuizQuestion, text: str, counts: bool
) -> None:
    page = client_for(alice).post(url(show, "try/"), {"question": question.id, "text": text}).content.decode()
    assert ("Yes, this answer counts." in page) is counts
    assert ("No. The host waits for" in page) is not counts


def test_what_is_entered_is_only_shown(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post(url(show, "add/"), {"question": HOSTILE, "answers": HOSTILE})
    assert HOSTILE not in client.get(url(show)).content.decode()


def test_charlie_finds_nothing(
    charlie: User, other_show: Show, show: Show, client_for: ClientFor, question: QuizQuestion
) -> None:
    client = client_for(charlie)
    assert client.get(url(show)).status_code == 404
    for path in ("add/", "paste/", "try/", f"{question.id}/delete/"):
        assert client.post(url(show, path), {"question": "a", "answers": "b"}).status_code == 404
    assert client.post(url(other_show, f"{question.id}/delete/")).status_code == 404
    assert len(questions_of(show)) == 1


def test_bob_who_looks_on_reads_and_tries_but_changes_nothing(
    bob: User, show: Show, client_for: ClientFor, question: QuizQuestion
) -> None:
    client = client_for(bob)
    page = client.get(url(show)).content.decode()
    assert "Come si chiama il gatto?" in page
    assert "Add a question" not in page
    for path in ("add/", "paste/", f"{question.id}/delete/"):
        assert client.post(url(show, path), {"question": "a", "answers": "b"}).status_code == 403
    assert client.post(url(show, "try/"), {"question": question.id, "text": "bri"}).status_code == 200
    assert len(questions_of(show)) == 1


def test_a_change_is_never_a_link(
    alice: User, show: Show, client_for: ClientFor, question: QuizQuestion
) -> None:
    for path in ("add/", "paste/", "try/", f"{question.id}/delete/"):
        assert client_for(alice).get(url(show, path)).status_code == 405
    assert client_for(alice).get(f"/shows/{NOBODY}/questions/").status_code == 404
