from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_rehearsal_for, get_show_for
from livesessions.models.rehearsals import Rehearsal
from livesessions.models.shows import Show
from rehearsals.errors import RehearsalConflict
from rehearsals.rehearsal.cards import FILTERS, cards_of, chart_of, filters_of, script_of
from rehearsals.rehearsal.chat import SAMPLES
from rehearsals.rehearsal.forms import RehearsalForm, chat_name
from rehearsals.rehearsal.querysets import rehearsal_before, rehearsals_of
from rehearsals.services import request_rehearsal
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

LIST = "livesessions/rehearsal_list.html"
DETAIL = "livesessions/rehearsal_detail.html"
OPEN = (Rehearsal.Status.WAITING, Rehearsal.Status.RUNNING)


@require_safe
@member_required()
def rehearsal_list(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    return render(request, LIST, _list_context(request, show, RehearsalForm()))


@require_POST
@member_required(EDITOR)
def rehearsal_create(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    form = RehearsalForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            rehearsal = request_rehearsal(show=show, **form.chosen)
        except RehearsalConflict as conflict:
            form.add_error(None, str(conflict))
            status = 409
        else:
            return redirect("livesessions:rehearsal_detail", show.id, rehearsal.id)
    return render(request, LIST, _list_context(request, show, form), status=status)


@require_safe
@member_required()
def rehearsal_detail(request: TenantRequest, show_id: UUID, rehearsal_id: UUID) -> HttpResponse:
    rehearsal = get_rehearsal_for(request, show_id, rehearsal_id)
    only = request.GET.get("only", "")
    only = only if only in FILTERS else "all"
    context = {
        "rehearsal": rehearsal,
        "show": rehearsal.show,
        "chat": chat_name(rehearsal.chat),
        "is_open": rehearsal.status in OPEN,
        "may_control": may_control(request),
    }
    if rehearsal.status == Rehearsal.Status.DONE:
        context |= _report_context(rehearsal, only)
    part = ""
    if request.htmx:
        part = "#script" if request.htmx.target == "script" else "#rehearsal"
    return render(request, f"{DETAIL}{part}", context)


def _list_context(request: TenantRequest, show: Show, form: RehearsalForm) -> dict[str, Any]:
    rows = [{"rehearsal": past, "chat": chat_name(past.chat)} for past in rehearsals_of(show)]
    return {
        "show": show,
        "form": form,
        "rows": rows,
        "paces": {sample.key: sample.pace for sample in SAMPLES},
        "may_control": may_control(request),
    }


def _report_context(rehearsal: Rehearsal, only: str) -> dict[str, Any]:
    before = rehearsal_before(rehearsal)
    report = rehearsal.report
    return {
        "figures": report["figures"],
        "cards": cards_of(report, before.figures if before else None),
        "before": before,
        "chart": chart_of(report),
        "filters": filters_of(report, only),
        "script": script_of(report, only),
        "only": only,
    }
