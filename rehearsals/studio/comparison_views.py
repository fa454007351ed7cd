from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.models import Persona
from rehearsals.studio.comparison import PAGE_LINES, SIDES, PersonaComparison
from rehearsals.studio.forms import ComparisonForm
from speech.errors import PreviewRefused, PreviewRunning
from speech.runtime.preview_sounds import store_sound
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.roles import EDITOR

PAGE = "rehearsals/persona_compare.html"


@require_safe
@member_required(EDITOR)
def persona_compare(request: TenantRequest) -> HttpResponse:
    """Show two personas side by side on a recorded chat."""
    personas = Persona.objects.filter(tenant=request.tenant).order_by("name")
    query = {"chat": request.tenant.language, **request.GET.dict()}
    form = ComparisonForm(query if "a" in query else None, personas=personas, initial=_first_two(request))
    context: dict[str, Any] = {"form": form, "has_two": personas.count() > 1}
    context["is_offline"] = not settings.OPENAI_API_KEY
    if form.is_bound and form.is_valid():
        context |= _page_context(request, form)
    return render(request, PAGE, context)


@require_POST
@member_required(EDITOR)
def persona_compare_line(request: TenantRequest) -> HttpResponse:
    """Get both answers to the next line; answers that are cached are not asked for again."""
    form = ComparisonForm(request.POST, personas=Persona.objects.filter(tenant=request.tenant))
    if not form.is_valid():
        raise Http404
    comparison = _comparison(request, form)
    number = _line_number(request, comparison)
    refusal, is_running = "", False
    try:
        comparison.answer_line(number, user=request.user)
    except PreviewRunning:
        is_running = True  # a request that the page gave up still runs; the page asks again
    except AppError as error:
        refusal = error.user_message
    if not request.htmx:
        return redirect(f"{reverse('rehearsals:persona_compare')}?{urlencode(_query(form))}")
    context = {**_page_context(request, form, first=number), "refusal": refusal, "is_running": is_running}
    return render(request, f"{PAGE}#lines", context)


@require_POST
@member_required(EDITOR)
def persona_hear(request: TenantRequest) -> HttpResponse:
    """Speak one answer of a comparison."""
    form = ComparisonForm(request.POST, personas=Persona.objects.filter(tenant=request.tenant))
    side = request.POST.get("side", "")
    if not form.is_valid() or side not in SIDES:
        raise Http404
    comparison = _comparison(request, form)
    number = _line_number(request, comparison)
    context: dict[str, Any] = {}
    try:
        wav = comparison.speak_answer(number, side, user=request.user)
        if wav is None:
            raise Http404
        if wav:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=wav)
        else:
            context["refusal"] = _("The voice does not answer right now. Try again in a moment.")
    except PreviewRefused as refusal:
        context["refusal"] = refusal.user_message
    return render(request, f"{PAGE}#player", context)


def _comparison(request: TenantRequest, form: ComparisonForm) -> PersonaComparison:
    cleaned = form.cleaned_data
    return PersonaComparison(
        tenant=request.tenant, personas=(cleaned["a"], cleaned["b"]), language=cleaned["chat"]
    )


def _page_context(
    request: TenantRequest, form: ComparisonForm, *, first: int | None = None
) -> dict[str, Any]:
    """Return the answered lines, from `first` or the page's first line on, and the line that comes next."""
    comparison = _comparison(request, form)
    total = len(comparison.lines)
    start = min(form.cleaned_data["start"] or 0, total - 1)
    end = min(start + PAGE_LINES, total)
    begin = start if first is None else first
    rows = comparison.answered_lines(begin, end)
    number = begin + len(rows)
    return {
        "query": _query(form),
        "rows": rows,
        "next": number if number < end else None,
        "next_line": comparison.lines[number] if number < end else None,
        "next_page": end if number >= end and end < total else None,
        "pair": (form.cleaned_data["a"], form.cleaned_data["b"]),
    }


def _first_two(request: TenantRequest) -> dict[str, Any]:
    ids = list(
        Persona.objects.filter(tenant=request.tenant).order_by("name").values_list("id", flat=True)[:2]
    )
    return {"a": ids[0] if ids else None, "b": ids[-1] if ids else None, "chat": request.tenant.language}


def _line_number(request: TenantRequest, comparison: PersonaComparison) -> int:
    """Return the posted line's number; raise Http404 for one that the chat does not have."""
    text = request.POST.get("line", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else -1
    if not 0 <= number < len(comparison.lines):
        raise Http404
    return number


def _query(form: ComparisonForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    return {
        "a": cleaned["a"].id,
        "b": cleaned["b"].id,
        "chat": cleaned["chat"],
        "start": cleaned["start"] or 0,
    }
