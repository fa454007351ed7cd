from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from livesessions.models.shows import Show
from planner.access import get_persona_for
from planner.forms import PersonaForm
from planner.models import Persona
from planner.services import build_persona
from planner.views import STUDIO, render_studio
from rehearsals.studio import store
from rehearsals.studio.answer import Answer
from rehearsals.studio.answering import ViewerLine
from rehearsals.studio.chats import captured_chat
from rehearsals.studio.forms import LINES_AT_ONCE, CompareForm, RehearseForm
from rehearsals.studio.rehearsing import Scene, rehearse, rehearse_each, set_scene, voice_text
from rehearsals.studio.words import explain
from speech.errors import PreviewRefused
from speech.runtime.preview_sounds import store_sound
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR

COMPARE = "livesessions/persona_compare.html"
MAX_BODY_BYTES = 64_000


@require_POST
@member_required(EDITOR)
def persona_rehearse(request: TenantRequest) -> HttpResponse:
    """Answer one line with the persona as the page has it, saved or not."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return HttpResponse(status=413)
    stored = _stored_persona(request)
    shows = Show.objects.filter(tenant=request.tenant).order_by("name")
    form = RehearseForm(request.POST, shows=shows.select_related("voice", "policy"))
    sent = PersonaForm(request.POST) if "system_prompt" in request.POST else None
    context: dict[str, Any] = {"rehearse_form": form}
    status = 422
    if sent is not None and not sent.is_valid():
        context["refusal"] = _("Complete the persona first: %(fields)s.") % {"fields": _wrong_in(sent)}
    elif form.is_valid() and (sent is not None or stored is not None):
        persona = build_persona(tenant=request.tenant, traits=sent.traits) if sent is not None else stored
        assert persona is not None  # noqa: S101 - one of the two is there
        status = _rehearse_into(context, request, persona, form)
    if request.htmx:
        return render(request, f"{STUDIO}#rehearsal", context, status=status)
    page = PersonaForm(instance=stored) if sent is None else sent
    return render_studio(request, page, persona=stored, **context)


def _rehearse_into(
    context: dict[str, Any], request: TenantRequest, persona: Persona, form: RehearseForm
) -> int:
    try:
        scene = set_scene(persona=persona, show=form.cleaned_data["show"])
        answer, wav = rehearse(scene=scene, line=form.line, user=request.user)
        context |= {"answer": answer, "told": explain(answer), "line": form.line}
        context |= {"audio_s": number_format(answer.audio_ms / 1000, 1), "cost": _dollars(answer)}
        if wav:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=wav)
    except PreviewRefused as refusal:
        context["refusal"] = refusal.user_message
        return 409
    return 200


def _dollars(answer: Answer) -> str:
    cost = answer.usage.cost_usd
    return f"$ {number_format(cost, 5)}" if cost else _("nothing")


def _stored_persona(request: TenantRequest) -> Persona | None:
    named = request.POST.get("persona", "")
    if not named:
        return None
    try:
        return get_persona_for(request, UUID(named))
    except ValueError:
        raise Http404 from None


def _wrong_in(form: PersonaForm) -> str:
    return ", ".join(str(form[name].label) for name in form.errors if name in form.fields)


# --- two personas, one chat --------------------------------------------------------------------------


@require_safe
@member_required(EDITOR)
def persona_compare(request: TenantRequest) -> HttpResponse:
    personas = Persona.objects.filter(tenant=request.tenant).order_by("name")
    asked = {"chat": request.tenant.language, **request.GET.dict()}
    form = CompareForm(asked if "a" in asked else None, personas=personas, initial=_first_two(request))
    context: dict[str, Any] = {"form": form, "enough": personas.count() > 1}
    context["offline"] = not settings.OPENAI_API_KEY
    if form.is_bound and form.is_valid():
        context |= _comparison(request, form)
    return render(request, COMPARE, context)


@require_POST
@member_required(EDITOR)
def persona_compare_line(request: TenantRequest) -> HttpResponse:
    """Have both answer the next line; what has been answered already is not asked again."""
    form = CompareForm(request.POST, personas=Persona.objects.filter(tenant=request.tenant))
    if not form.is_valid():
        raise Http404
    number = _number(request.POST.get("line", ""))
    lines = captured_chat(form.cleaned_data["chat"])
    if not 0 <= number < len(lines):
        raise Http404
    refusal = ""
    try:
        _answer_line(request, _scenes(form), lines[number], seed=number)
    except PreviewRefused as error:
        refusal = error.user_message
    if not request.htmx:
        return redirect(f"{reverse('livesessions:persona_compare')}?{urlencode(_query(form))}")
    context = {**_comparison(request, form, only=number), "refusal": refusal, "form": form}
    return render(request, f"{COMPARE}#lines", context)


@require_POST
@member_required(EDITOR)
def persona_hear(request: TenantRequest) -> HttpResponse:
    """Voice one answer of a comparison."""
    form = CompareForm(request.POST, personas=Persona.objects.filter(tenant=request.tenant))
    lines = captured_chat(form.cleaned_data["chat"]) if form.is_valid() else ()
    number, side = _number(request.POST.get("line", "")), request.POST.get("side", "")
    if not 0 <= number < len(lines) or side not in ("a", "b"):
        raise Http404
    context: dict[str, Any] = {"side": side, "number": number, "form": form}
    try:
        scene = _scenes(form)["ab".index(side)]
        answer = store.read_answer(tenant=request.tenant, key=scene.digest(lines[number]))
        if answer is None or not answer.text:
            raise Http404
        wav = voice_text(scene=scene, text=answer.text, user=request.user)
        if wav:
            context["sound"] = store_sound(tenant=request.tenant, user=request.user, wav=wav)
        else:
            context["refusal"] = _("The voice cannot be reached right now.")
    except PreviewRefused as refusal:
        context["refusal"] = refusal.user_message
    return render(request, f"{COMPARE}#hearing", context)


def _first_two(request: TenantRequest) -> dict[str, Any]:
    ids = list(
        Persona.objects.filter(tenant=request.tenant).order_by("name").values_list("id", flat=True)[:2]
    )
    return {"a": ids[0] if ids else None, "b": ids[-1] if ids else None, "chat": request.tenant.language}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else -1


def _query(form: CompareForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    return {
        "a": cleaned["a"].id,
        "b": cleaned["b"].id,
        "chat": cleaned["chat"],
        "start": cleaned["start"] or 0,
    }


def _scenes(form: CompareForm) -> list[Scene]:
    cleaned = form.cleaned_data
    return [
        set_scene(persona=persona, show=None, language=cleaned["chat"])
        for persona in (cleaned["a"], cleaned["b"])
    ]


def _answer_line(request: TenantRequest, scenes: list[Scene], line: ViewerLine, *, seed: int) -> None:
    """Have those answer who have not yet, and keep what they say."""
    missing = [
        (scene, len(scenes) * seed + side)
        for side, scene in enumerate(scenes)
        if store.read_answer(tenant=request.tenant, key=scene.digest(line)) is None
    ]
    for scene, answer in rehearse_each(scenes=missing, line=line, user=request.user):
        store.keep_answer(tenant=request.tenant, key=scene.digest(line), answer=answer)


def _comparison(request: TenantRequest, form: CompareForm, *, only: int | None = None) -> dict[str, Any]:
    """Return the rows that are known, from `only` on if given, and which line comes next."""
    lines = captured_chat(form.cleaned_data["chat"])
    start = min(form.cleaned_data["start"] or 0, len(lines) - 1)
    end = min(start + LINES_AT_ONCE, len(lines))
    scenes, rows = _scenes(form), []
    number = start if only is None else only
    while number < end:
        answers = [_kept(request, scene, lines[number]) for scene in scenes]
        if None in answers:
            break
        rows.append({"number": number, "line": lines[number], "sides": _sides(answers)})
        number += 1
    return {
        "query": _query(form),
        "rows": rows,
        "next": number if number < end else None,
        "next_line": lines[number] if number < end else None,
        "later": end if number >= end and end < len(lines) else None,
        "total": end - start,
        "pair": (form.cleaned_data["a"], form.cleaned_data["b"]),
    }


def _kept(request: TenantRequest, scene: Scene, line: ViewerLine) -> Answer | None:
    try:
        return store.read_answer(tenant=request.tenant, key=scene.digest(line))
    except PreviewRefused:
        return None


def _sides(answers: list[Answer | None]) -> list[dict[str, Any]]:
    sides = zip("ab", answers, strict=True)
    return [{"side": side, "answer": answer, "told": explain(answer)} for side, answer in sides if answer]
