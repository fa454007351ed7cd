from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction

from livesessions.models.plans import QuizQuestion
from livesessions.models.shows import Show
from livesessions.shows.errors import questions_are_full
from livesessions.shows.limits import QUESTIONS


class QuestionValues(TypedDict):
    """A question of the streamer's own, as it is entered; the host says the first answer."""

    question: str
    answers: list[str]


@transaction.atomic
def add_questions(*, show: Show, questions: Sequence[QuestionValues]) -> int:
    """Add those that the show does not have yet; return how many. Raise `ShowConflict` when it is full."""
    Show.objects.select_for_update().get(id=show.id)
    texts = QuizQuestion.objects.filter(show=show).values_list("question", flat=True)
    known = {text.casefold() for text in texts}
    fresh: dict[str, QuestionValues] = {}
    for values in questions:
        if values["question"].casefold() not in known:
            fresh.setdefault(values["question"].casefold(), values)
    if len(known) + len(fresh) > QUESTIONS:
        raise questions_are_full()
    for values in fresh.values():  # one by one: their times of creation are their order
        QuizQuestion.objects.create(tenant_id=show.tenant_id, show=show, **values)
    return len(fresh)


def delete_question(*, question: QuizQuestion) -> None:
    question.delete()
