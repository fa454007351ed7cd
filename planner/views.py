"""The pages of personas."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from planner.access import get_persona_for
from planner.forms import PersonaForm, initial_of
from planner.limits import PROMPT_LENGTH
from planner.models import Persona
from planner.presets import LANGUAGES, find_preset, presets
from planner.services import change_persona, create_persona, delete_persona, duplicate_persona
from planner.signals import persona_uses_asked
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.models import Language
from tenants.roles import EDITOR, may_control
from tenants.rows.uses import uses_in
from tenants.rows.views import delete_view, duplicate_view

PAGE = "planner/persona_edit.html"


@require_safe
@member_required()
def persona_list(request: TenantRequest) -> HttpResponse:
    uses = uses_in(request.tenant, asked=persona_uses_asked)
    personas = Persona.objects.filter(tenant=request.tenant).order_by("created_at")
    rows = [{"persona": persona, "uses": uses.get(persona.id, [])} for persona in personas]
    context = {"rows": rows, "may_control": may_control(request)}
    return render(request, "planner/persona_list.html", context)


@require_safe
@member_required(EDITOR)
def preset_list(request: TenantRequest) -> HttpResponse:
    first = request.tenant.language
    groups = [
        {"language": Language(tag), "presets": [preset for preset in presets() if preset.language == tag]}
        for tag in sorted(LANGUAGES, key=lambda tag: tag != first)
    ]
    return render(request, "planner/preset_list.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def persona_create(request: TenantRequest) -> HttpResponse:
    preset = find_preset(request.GET.get("preset", ""))
    form = PersonaForm(request.POST or None, initial=initial_of(preset, language=request.tenant.language))
    if request.method == "POST" and form.is_valid():
        persona = create_persona(tenant=request.tenant, traits=form.traits)
        messages.success(request, _("The persona is ready. You can use it in a show or rehearse with it."))
        return redirect("planner:persona_edit", persona.id)
    return _render_page(request, form, preset=preset)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def persona_edit(request: TenantRequest, persona_id: UUID) -> HttpResponse:
    persona = get_persona_for(request, persona_id)
    form = PersonaForm(request.POST or None, instance=persona)
    if request.method == "POST" and form.is_valid():
        change_persona(persona=persona, **asdict(form.traits))
        messages.success(request, _("Saved. The change applies from the next live on."))
        return redirect("planner:persona_edit", persona.id)
    if form.is_bound:
        persona.refresh_from_db()  # the page around the form shows what is stored
    return _render_page(request, form, persona=persona)


def _render_page(
    request: TenantRequest, form: PersonaForm, *, persona: Persona | None = None, **more: Any
) -> HttpResponse:
    """Render the page on which a persona is written; it loads the studio as a panel."""
    uses = uses_in(request.tenant, asked=persona_uses_asked) if persona else {}
    context = {
        "form": form,
        "persona": persona,
        "uses": uses.get(persona.id, []) if persona else [],
        "prompt_length": PROMPT_LENGTH,
        "prompt_used": len(form["system_prompt"].value() or ""),
        **more,
    }
    return render(request, PAGE, context)


persona_duplicate = duplicate_view(
    get_persona_for, lambda persona: duplicate_persona(persona=persona), then="planner:persona_edit"
)
persona_delete = delete_view(
    get_persona_for, lambda persona: delete_persona(persona=persona), then="planner:persona_list"
)
