from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction

from livesessions.models.plans import QuizQuestion
from livesessions.models.shows import Show
from livesessions.shows.errors import questions_are_full
from livesessions.shows.limits import MAX_QUESTIONS


class QuestionValues(TypedDict):
    """A show's own question, as a form gives it; the host says the first answer."""

    question: str
    answers: list[str]


@transaction.atomic
def add_questions(*, show: Show, questions: Sequence[QuestionValues]) -> int:
    """Add the questions that the show does not have yet and return how many.

    Raise `ShowConflict` when the show would have too many.
    """
    Show.objects.select_for_update().get(id=show.id)
    texts = QuizQuestion.objects.filter(show=show).values_list("question", flat=True)
    known = {text.casefold() for text in texts}
    new: dict[str, QuestionValues] = {}
    for values in questions:
        if values["question"].casefold() not in known:
            new.setdefault(values["question"].casefold(), values)
    if len(known) + len(new) > MAX_QUESTIONS:
        raise questions_are_full()
    for values in new.values():  # one by one: they are ordered by their time of creation
        QuizQuestion.objects.create(tenant_id=show.tenant_id, show=show, **values)
    return len(new)


def delete_question(*, question: QuizQuestion) -> None:
    question.delete()
