"""The pages of what a workspace's hosts know."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.errors import PlanRefused
from knowledge.access import get_source_for, get_unanswered_for
from knowledge.answering import answer_question
from knowledge.errors import KnowledgeRefused
from knowledge.forms import AnswerForm, QuestionAnswerForm, TextForm, TryForm, UploadForm
from knowledge.models import Chunk, Source
from knowledge.querysets import sources_of, unanswered_of
from knowledge.services.sources import add_question, add_source, delete_source, read_again, release
from knowledge.services.unanswered import answer_unanswered, dismiss_unanswered
from knowledge.words import reason_text
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

SOURCES_A_PAGE, CHUNKS_A_PAGE = 50, 30
UNREAD = (Source.Status.PENDING, Source.Status.PROCESSING)


@require_safe
@member_required()
def source_list(request: TenantRequest) -> HttpResponse:
    return _list_page(request)


def _list_page(request: TenantRequest, status: int = 200, **forms: Any) -> HttpResponse:
    page = Paginator(sources_of(request.tenant.id), SOURCES_A_PAGE).get_page(request.GET.get("page"))
    rows = [{"source": source, "reason": reason_text(source.reason)} for source in page]
    context = {
        "page": page,
        "rows": rows,
        "is_reading": any(source.status in UNREAD for source in page),
        "upload_form": UploadForm(),
        "text_form": TextForm(auto_id="text-%s"),
        "question_form": QuestionAnswerForm(auto_id="question-%s"),
        "may_control": may_control(request),
        **forms,
    }
    return render(request, "knowledge/source_list.html", context, status=status)


@require_POST
@member_required(EDITOR)
def source_upload(request: TenantRequest) -> HttpResponse:
    """Store the files; those that are refused are named with their reason, the others are read."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list_page(request, 422, upload_form=form)
    added = 0
    for file in form.cleaned_data["documents"]:
        try:
            add_source(tenant=request.tenant, kind=Source.Kind.FILE, name=file.name or "", data=file.read())
            added += 1
        except (KnowledgeRefused, PlanRefused) as refusal:
            form.add_error("documents", f"{file.name}: {refusal.user_message}")
    if added:
        words = ngettext("One file is being read.", "%(count)d files are being read.", added)
        messages.success(request, words % {"count": added})
    return _list_page(request, 422, upload_form=form) if form.errors else redirect("knowledge:source_list")


@require_POST
@member_required(EDITOR)
def text_add(request: TenantRequest) -> HttpResponse:
    form = TextForm(request.POST, auto_id="text-%s")
    if form.is_valid():
        name, text = form.cleaned_data["name"], form.cleaned_data["text"]
        try:
            add_source(tenant=request.tenant, kind=Source.Kind.TEXT, name=name, data=text.encode())
        except (KnowledgeRefused, PlanRefused) as refusal:
            form.add_error("text", refusal.user_message)
        else:
            messages.success(request, _("The text is being read."))
            return redirect("knowledge:source_list")
    return _list_page(request, 422, text_form=form)


@require_POST
@member_required(EDITOR)
def question_add(request: TenantRequest) -> HttpResponse:
    form = QuestionAnswerForm(request.POST, auto_id="question-%s")
    if form.is_valid():
        try:
            add_question(tenant=request.tenant, **form.cleaned_data)
        except (KnowledgeRefused, PlanRefused) as refusal:
            form.add_error(None, refusal.user_message)
        else:
            messages.success(request, _("Added. Your hosts can give this answer in a moment."))
            return redirect("knowledge:source_list")
    return _list_page(request, 422, question_form=form)


@require_safe
@member_required()
def source_detail(request: TenantRequest, source_id: UUID) -> HttpResponse:
    """Show a source with its chunks and flags."""
    source = get_source_for(request, source_id)
    chunks = Chunk.objects.filter(tenant=request.tenant, source=source).defer("lexemes", "vector")
    page = Paginator(chunks.order_by("ordinal"), CHUNKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "source": source,
        "reason": reason_text(source.reason),
        "page": page,
        "may_control": may_control(request),
        "is_reading": source.status in UNREAD,
    }
    return render(request, "knowledge/source_detail.html", context)


@require_POST
@member_required(EDITOR)
def source_delete(request: TenantRequest, source_id: UUID) -> HttpResponse:
    source = get_source_for(request, source_id)
    receipt = delete_source(source=source)
    if receipt is not None:
        words = ngettext(
            "%(name)s is deleted, with %(count)d part. No host can quote it any more.",
            "%(name)s is deleted, with %(count)d parts. No host can quote it any more.",
            receipt.chunks,
        )
        messages.success(request, words % {"name": source.name, "count": receipt.chunks})
    return redirect("knowledge:source_list")


@require_POST
@member_required(EDITOR)
def source_release(request: TenantRequest, source_id: UUID) -> HttpResponse:
    source = get_source_for(request, source_id)
    release(source=source)
    messages.success(request, _("Your hosts can quote it now."))
    return redirect("knowledge:source_detail", source_id)


@require_POST
@member_required(EDITOR)
def source_read(request: TenantRequest, source_id: UUID) -> HttpResponse:
    source = get_source_for(request, source_id)
    read_again(source=source)
    messages.success(request, _("It is being read again."))
    return redirect("knowledge:source_detail", source_id)


@require_safe
@member_required()
def question_try(request: TenantRequest) -> HttpResponse:
    """Show what is found for a question, with the score of each leg, and what would be answered."""
    form = TryForm(request.GET if "q" in request.GET else None)
    reply = None
    if form.is_valid():
        reply = answer_question(request.tenant.id, form.cleaned_data["q"])
    context = {"form": form, "reply": reply, "may_control": may_control(request)}
    return render(request, "knowledge/question_try.html", context, status=422 if form.errors else 200)


@require_safe
@member_required()
def unanswered_list(request: TenantRequest) -> HttpResponse:
    return _unanswered_page(request)


def _unanswered_page(request: TenantRequest, status: int = 200, **invalid: Any) -> HttpResponse:
    form, wrong_id = invalid.get("form"), invalid.get("question_id")
    rows = [
        {
            "question": row,
            "form": form if row.id == wrong_id else AnswerForm(auto_id=f"{row.id}-%s"),
        }
        for row in unanswered_of(request.tenant.id)[:100]
    ]
    context = {"rows": rows, "may_control": may_control(request), "wrong_id": wrong_id}
    return render(request, "knowledge/unanswered_list.html", context, status=status)


@require_POST
@member_required(EDITOR)
def unanswered_answer(request: TenantRequest, question_id: UUID) -> HttpResponse:
    """Store an answer as a source, and take the question off the list."""
    row = get_unanswered_for(request, question_id)
    form = AnswerForm(request.POST, auto_id=f"{row.id}-%s")
    if form.is_valid():
        try:
            answer_unanswered(row=row, answer=form.cleaned_data["answer"])
        except (KnowledgeRefused, PlanRefused) as refusal:
            form.add_error("answer", refusal.user_message)
        else:
            messages.success(request, _("Added. Your hosts can give this answer in a moment."))
            return redirect("knowledge:unanswered_list")
    return _unanswered_page(request, 422, form=form, question_id=row.id)


@require_POST
@member_required(EDITOR)
def unanswered_dismiss(request: TenantRequest, question_id: UUID) -> HttpResponse:
    dismiss_unanswered(row=get_unanswered_for(request, question_id))
    messages.success(request, _("The question is off the list."))
    return redirect("knowledge:unanswered_list")
