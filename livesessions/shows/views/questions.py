from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_question_for, get_show_for
from livesessions.models.plans import QuizQuestion
from livesessions.models.shows import Show
from livesessions.shows.errors import ShowConflict
from livesessions.shows.forms.questions import AnswerCheckForm, PasteForm, QuestionForm
from livesessions.shows.services.questions import add_questions, delete_question
from planner.stage.games.answer_matching import is_right
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

PAGE = "livesessions/question_list.html"


@require_safe
@member_required()
def question_list(request: TenantRequest, show_id: UUID) -> HttpResponse:
    return _page(request, get_show_for(request, show_id))


@require_POST
@member_required(EDITOR)
def question_create(request: TenantRequest, show_id: UUID) -> HttpResponse:
    return _add(request, show_id, QuestionForm(request.POST), "add_form")


@require_POST
@member_required(EDITOR)
def question_paste(request: TenantRequest, show_id: UUID) -> HttpResponse:
    return _add(request, show_id, PasteForm(request.POST), "paste_form")


def _add(request: TenantRequest, show_id: UUID, form: QuestionForm | PasteForm, name: str) -> HttpResponse:
    show = get_show_for(request, show_id)
    if form.is_valid():
        try:
            added = add_questions(show=show, questions=form.values)
        except ShowConflict as conflict:
            form.add_error(None, str(conflict))
        else:
            messages.success(request, _added(added, len(form.values)))
            return redirect("livesessions:question_list", show.id)
    return _page(request, show, status=422, **{name: form})


def _added(added: int, given: int) -> str:
    words = ngettext("%(added)d question added.", "%(added)d questions added.", added) % {"added": added}
    if added == given:
        return words
    return words + " " + _("Existing questions were not changed.")


@require_POST
@member_required(EDITOR)
def question_delete(request: TenantRequest, show_id: UUID, question_id: UUID) -> HttpResponse:
    question = get_question_for(request, show_id, question_id)
    delete_question(question=question)
    messages.success(request, _("Question deleted."))
    return redirect("livesessions:question_list", show_id)


@require_POST
@member_required()
def question_check(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    form = _check_form(show, request.POST)
    if not form.is_valid():
        return _page(request, show, status=422, check_form=form)
    question = get_question_for(request, show_id, UUID(form.cleaned_data["question"]))
    counts = is_right(form.cleaned_data["text"], question.answers, show.language)
    return _page(request, show, check_form=form, checked={"counts": counts, "answer": question.answers[0]})


def _check_form(show: Show, given: Any = None) -> AnswerCheckForm:
    rows = QuizQuestion.objects.filter(show=show)
    return AnswerCheckForm(given, questions=[(str(row.id), row.question) for row in rows], auto_id="check-%s")


def _page(request: TenantRequest, show: Show, *, status: int = 200, **changed: Any) -> HttpResponse:
    context = {
        "show": show,
        "questions": QuizQuestion.objects.filter(show=show),
        "may_control": may_control(request),
        "add_form": QuestionForm(),
        "paste_form": PasteForm(),
        "check_form": _check_form(show),
        **changed,
    }
    return render(request, PAGE, context, status=status)
