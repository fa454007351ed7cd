from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.errors import PAYMENT_REQUIRED, PlanRefused
from livesessions.models.shows import Show
from planner.access import get_persona_for
from planner.forms import PersonaForm
from planner.models import Persona
from planner.services import build_persona
from rehearsals.studio.answer import StudioAnswer
from rehearsals.studio.answer_summary import summarize_answer
from rehearsals.studio.forms import StudioForm
from rehearsals.studio.persona_setup import build_setup
from rehearsals.studio.services import answer_line
from speech.runtime.preview_sounds import store_sound
from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.roles import EDITOR

PAGE = "rehearsals/persona_rehearse.html"
MAX_BODY_BYTES = 64_000


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def persona_rehearse(request: TenantRequest) -> HttpResponse:
    """Show the studio; on POST, answer one line with the persona as its page has it, saved or not.

    The persona's page loads the studio as a panel with htmx, and sends its own form along with the line.
    """
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return HttpResponse(status=413)
    shows = Show.objects.filter(tenant=request.tenant).order_by("name")
    if request.method == "POST":
        return _answer(request, shows)
    persona = _stored_persona(request, request.GET.get("persona", ""))
    form = StudioForm(shows=shows, initial={"show": _likely_show(shows, persona)})
    context = {"form": form, "persona": persona}
    return render(request, f"{PAGE}#panel" if request.htmx else PAGE, context)


def _answer(request: TenantRequest, shows: QuerySet[Show]) -> HttpResponse:
    stored = _stored_persona(request, request.POST.get("persona", ""))
    form = StudioForm(request.POST, shows=shows.select_related("voice", "policy"))
    sent = PersonaForm(request.POST) if "system_prompt" in request.POST else None
    context: dict[str, Any] = {"form": form, "persona": stored}
    status = 422
    if sent is not None and not sent.is_valid():
        context["refusal"] = _("Complete the persona first: %(fields)s.") % {"fields": _invalid_fields(sent)}
    elif sent is None and stored is None:
        context["refusal"] = _("Open a persona's page and rehearse there.")
    elif form.is_valid():
        persona = build_persona(tenant=request.tenant, traits=sent.traits) if sent is not None else stored
        assert persona is not None  # noqa: S101 - one of the two is there
        status = _add_answer(context, request, persona, form)
    return render(request, f"{PAGE}#result" if request.htmx else PAGE, context, status=status)


def _add_answer(context: dict[str, Any], request: TenantRequest, persona: Persona, form: StudioForm) -> int:
    """Answer the form's line into the template's context and return the HTTP status."""
    try:
        setup = build_setup(persona=persona, show=form.cleaned_data["show"])
        answer, wav = answer_line(setup=setup, line=form.line, user=request.user)
        context |= {"answer": answer, "summary": summarize_answer(answer), "line": form.line}
        context |= {"audio_s": number_format(answer.audio_ms / 1000, 1), "cost": _cost(answer)}
        if wav:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=wav)
    except AppError as refusal:
        context["refusal"] = refusal.user_message
        return PAYMENT_REQUIRED if isinstance(refusal, PlanRefused) else 409
    return 200


def _cost(answer: StudioAnswer) -> str:
    cost = answer.usage.cost_usd
    return f"$ {number_format(cost, 5)}" if cost else _("nothing")


def _stored_persona(request: TenantRequest, persona_id: str) -> Persona | None:
    if not persona_id:
        return None
    try:
        return get_persona_for(request, UUID(persona_id))
    except ValueError:
        raise Http404 from None


def _likely_show(shows: QuerySet[Show], persona: Persona | None) -> Show | None:
    """Return a show that the persona hosts or, without one, a show in its language."""
    hosted = [show for show in shows if persona is not None and show.persona_id == persona.id]
    alike = [show for show in shows if persona is None or show.language == persona.language]
    return next(iter([*hosted, *alike]), None)


def _invalid_fields(form: PersonaForm) -> str:
    return ", ".join(str(form[name].label) for name in form.errors if name in form.fields)
