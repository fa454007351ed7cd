from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_show_for
from livesessions.models.shows import Show
from rehearsals.access import get_rehearsal_for
from rehearsals.errors import RehearsalConflict
from rehearsals.forms import RehearsalForm, chat_name
from rehearsals.models import Rehearsal
from rehearsals.querysets import previous_rehearsal, rehearsals_of
from rehearsals.rehearsal.chat_source import SAMPLES
from rehearsals.rehearsal.report_cards import figure_cards
from rehearsals.rehearsal.report_chart import draw_chart
from rehearsals.rehearsal.report_script import FILTERS, filtered_script, script_filters
from rehearsals.services import request_rehearsal
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

LIST = "rehearsals/rehearsal_list.html"
DETAIL = "rehearsals/rehearsal_detail.html"
OPEN = (Rehearsal.Status.WAITING, Rehearsal.Status.RUNNING)


@require_safe
@member_required()
def rehearsal_list(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show a show's rehearsals and the form for a new one."""
    show = get_show_for(request, show_id)
    return render(request, LIST, _list_context(request, show, RehearsalForm()))


@require_POST
@member_required(EDITOR)
def rehearsal_create(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Start a rehearsal and redirect to its page."""
    show = get_show_for(request, show_id)
    form = RehearsalForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            rehearsal = request_rehearsal(show=show, **form.chosen)
        except RehearsalConflict as conflict:
            form.add_error(None, str(conflict))
            status = conflict.status
        else:
            return redirect("rehearsals:rehearsal_detail", show.id, rehearsal.id)
    return render(request, LIST, _list_context(request, show, form), status=status)


@require_safe
@member_required()
def rehearsal_detail(request: TenantRequest, show_id: UUID, rehearsal_id: UUID) -> HttpResponse:
    """Show a rehearsal's progress or, once it is done, its report."""
    rehearsal = get_rehearsal_for(request, show_id, rehearsal_id)
    chosen = request.GET.get("only", "")
    context = {
        "rehearsal": rehearsal,
        "show": rehearsal.show,
        "chat": chat_name(rehearsal.chat),
        "is_open": rehearsal.status in OPEN,
        "may_control": may_control(request),
    }
    if rehearsal.status == Rehearsal.Status.DONE:
        context |= _report_context(rehearsal, chosen if chosen in FILTERS else "all")
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
        "rates": {sample.key: sample.lines_per_minute for sample in SAMPLES},
        "may_control": may_control(request),
    }


def _report_context(rehearsal: Rehearsal, chosen: str) -> dict[str, Any]:
    before = previous_rehearsal(rehearsal)
    report = rehearsal.report
    return {
        "figures": report["figures"],
        "cards": figure_cards(report, before.figures if before else None),
        "before": before,
        "chart": draw_chart(report),
        "filters": script_filters(report, chosen),
        "script": filtered_script(report, chosen),
    }
