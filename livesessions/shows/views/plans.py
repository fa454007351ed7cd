from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from livesessions.access import get_segment_for, get_show_for
from livesessions.models.plans import Segment
from livesessions.models.shows import Show
from livesessions.shows.errors import ShowConflict
from livesessions.shows.forms.plans import SegmentForm
from livesessions.shows.limits import MAX_SEGMENTS
from livesessions.shows.plan_templates import NAMES, plan_template
from livesessions.shows.services.plans import (
    add_segment,
    change_segment,
    delete_segment,
    fill_plan,
    move_segment,
)
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control

PAGE = "livesessions/plan_detail.html"
BAR_WIDTH = 1_000
BAR_GAP = 4
MOVES = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A segment on the page, with its start time and its place on the bar, in the bar's units."""

    segment: Segment
    begins: str
    minutes: float
    bar_x: int
    bar_width: int


@require_safe
@member_required()
def plan_detail(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show the plan; `?edit=` opens a segment's form in its place, and `?add` an empty form."""
    show = get_show_for(request, show_id)
    if not may_control(request):
        return _render(request, show)
    if "add" in request.GET:
        return _render(request, show, add_form=SegmentForm(auto_id="add-%s"))
    wanted = request.GET.get("edit", "")
    edited = next((segment for segment in _segments(show) if str(segment.id) == wanted), None)
    return _render(request, show, edit_form=_edit_form(edited) if edited else None)


@require_POST
@member_required(EDITOR)
def segment_create(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    form = SegmentForm(request.POST, auto_id="add-%s")
    if form.is_valid():
        try:
            add_segment(show=show, values=form.values)
        except ShowConflict as conflict:
            form.add_error(None, str(conflict))
        else:
            return _changed(request, show)
    return _render(request, show, add_form=form, status=422)


@require_POST
@member_required(EDITOR)
def segment_edit(request: TenantRequest, show_id: UUID, segment_id: UUID) -> HttpResponse:
    segment = get_segment_for(request, show_id, segment_id)
    form = _edit_form(segment, request.POST)
    if not form.is_valid():
        return _render(request, segment.show, edit_form=form, status=422)
    change_segment(segment=segment, values=form.values)
    return _changed(request, segment.show)


@require_POST
@member_required(EDITOR)
def segment_delete(request: TenantRequest, show_id: UUID, segment_id: UUID) -> HttpResponse:
    segment = get_segment_for(request, show_id, segment_id)
    delete_segment(segment=segment)
    return _changed(request, segment.show)


@require_POST
@member_required(EDITOR)
def segment_move(request: TenantRequest, show_id: UUID, segment_id: UUID) -> HttpResponse:
    segment = get_segment_for(request, show_id, segment_id)
    move_segment(segment=segment, by=MOVES.get(request.POST.get("to", ""), 0))
    return _changed(request, segment.show)


@require_POST
@member_required(EDITOR)
def plan_fill(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    try:
        fill_plan(show=show, plan=plan_template(request.POST.get("plan", ""), show.language))
    except ShowConflict as conflict:
        if request.htmx:
            return _render(request, show, conflict=str(conflict), status=409)
        messages.error(request, str(conflict))
    return _changed(request, show)


def _changed(request: TenantRequest, show: Show) -> HttpResponse:
    return _render(request, show) if request.htmx else redirect("livesessions:plan_detail", show.id)


def _render(request: TenantRequest, show: Show, *, status: int = 200, **context: Any) -> HttpResponse:
    parts = _parts(_segments(show))
    context |= {
        "show": show,
        "parts": parts,
        "total_minutes": sum(part.minutes for part in parts),
        "bar_width": BAR_WIDTH,
        "warnings": _warnings([part.segment for part in parts]),
        "is_full": len(parts) >= MAX_SEGMENTS,
        "may_control": may_control(request),
        "plan_templates": [
            {"key": key, "name": name, "minutes": _minutes_of(key, show)} for key, name in NAMES.items()
        ],
    }
    part = "#plan" if request.htmx else ""
    return render(request, f"{PAGE}{part}", context, status=status)


def _segments(show: Show) -> list[Segment]:
    return list(Segment.objects.filter(show=show))


def _edit_form(segment: Segment, data: Any = None) -> SegmentForm:
    return SegmentForm(data, instance=segment, auto_id="edit-%s")


def _minutes_of(key: str, show: Show) -> int:
    return sum(segment["duration_s"] for segment in plan_template(key, show.language)) // 60


def _parts(segments: Sequence[Segment]) -> list[PlanPart]:
    total_s = sum(segment.duration_s for segment in segments)
    parts, begins_s = [], 0
    for segment in segments:
        begins_x = begins_s * BAR_WIDTH // total_s
        ends_x = (begins_s + segment.duration_s) * BAR_WIDTH // total_s
        gap = BAR_GAP if ends_x < BAR_WIDTH else 0
        width = max(ends_x - begins_x - gap, 2)
        parts.append(PlanPart(segment, _clock(begins_s), segment.duration_s / 60, begins_x, width))
        begins_s += segment.duration_s
    return parts


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def _warnings(segments: Sequence[Segment]) -> list[str]:
    """Return warnings about a plan that works, but not as the user may expect."""
    kinds = [segment.kind for segment in segments]
    warnings = []
    if Segment.Kind.OPENING in kinds[1:]:
        warnings.append(_("An opening belongs at the start: the host greets only when the live begins."))
    if Segment.Kind.CLOSING in kinds[:-1]:
        warnings.append(_("A closing belongs at the end: the host says goodbye in it."))
    return warnings
