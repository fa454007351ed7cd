from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from livesessions.access import get_show_for
from livesessions.models.shows import Show
from livesessions.querysets import shows_by_persona
from livesessions.shows.services.shows import change_show
from planner.access import get_persona_for
from planner.errors import PersonaInUse
from planner.forms import PersonaForm, initial_of
from planner.limits import PROMPT_LENGTH
from planner.models import Persona
from planner.presets import LANGUAGES, find_preset, presets
from planner.services import change_persona, create_persona, delete_persona, duplicate_persona
from tenants.access import member_required
from tenants.http import TenantRequest, as_uuid
from tenants.models import Language
from tenants.roles import EDITOR, may_control

PAGE = "livesessions/persona_edit.html"


@require_safe
@member_required()
def persona_list(request: TenantRequest) -> HttpResponse:
    hosted = shows_by_persona(request.tenant)
    personas = Persona.objects.filter(tenant=request.tenant).order_by("created_at")
    rows = [{"persona": persona, "shows": hosted.get(persona.id, [])} for persona in personas]
    context = {"rows": rows, "may_control": may_control(request)}
    return render(request, "livesessions/persona_list.html", context)


@require_safe
@member_required(EDITOR)
def preset_list(request: TenantRequest) -> HttpResponse:
    first = request.tenant.language
    groups = [
        {"language": Language(tag), "presets": [preset for preset in presets() if preset.language == tag]}
        for tag in sorted(LANGUAGES, key=lambda tag: tag != first)
    ]
    return render(request, "livesessions/preset_list.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def persona_create(request: TenantRequest) -> HttpResponse:
    preset = find_preset(request.GET.get("preset", ""))
    form = PersonaForm(request.POST or None, initial=initial_of(preset, language=request.tenant.language))
    if request.method == "POST" and form.is_valid():
        persona = create_persona(tenant=request.tenant, traits=form.traits)
        messages.success(request, _("Your persona is ready. Give it a show, or rehearse some more."))
        return redirect("livesessions:persona_edit", persona.id)
    return _render_page(request, form, preset=preset)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def persona_edit(request: TenantRequest, persona_id: UUID) -> HttpResponse:
    persona = get_persona_for(request, persona_id)
    form = PersonaForm(request.POST or None, instance=persona)
    if request.method == "POST" and form.is_valid():
        change_persona(persona=persona, **asdict(form.traits))
        messages.success(request, _("Saved. What you changed holds from the next live on."))
        return redirect("livesessions:persona_edit", persona.id)
    if form.is_bound:
        persona.refresh_from_db()  # the page around the form shows what is stored
    return _render_page(request, form, persona=persona)


def _render_page(
    request: TenantRequest, form: PersonaForm, *, persona: Persona | None = None, **more: Any
) -> HttpResponse:
    """Render the page on which a persona is written; it loads the studio as a panel."""
    shows = Show.objects.filter(tenant=request.tenant).order_by("name")
    hosted = [show for show in shows if persona is not None and show.persona_id == persona.id]
    context = {
        "form": form,
        "persona": persona,
        "hosted": hosted,
        "others": [show for show in shows if show not in hosted],
        "prompt_length": PROMPT_LENGTH,
        "prompt_used": len(form["system_prompt"].value() or ""),
        **more,
    }
    return render(request, PAGE, context)


@require_POST
@member_required(EDITOR)
def persona_duplicate(request: TenantRequest, persona_id: UUID) -> HttpResponse:
    copy = duplicate_persona(persona=get_persona_for(request, persona_id))
    messages.success(request, _("This is the copy. Change what you like."))
    return redirect("livesessions:persona_edit", copy.id)


@require_POST
@member_required(EDITOR)
def persona_delete(request: TenantRequest, persona_id: UUID) -> HttpResponse:
    persona = get_persona_for(request, persona_id)
    try:
        delete_persona(persona=persona)
    except PersonaInUse as error:
        words = ngettext(
            "%(name)s hosts the show %(shows)s. Give that show another persona first.",
            "%(name)s hosts the shows %(shows)s. Give them another persona first.",
            len(error.shows),
        )
        messages.error(request, words % {"name": persona.name, "shows": ", ".join(error.shows)})
    else:
        messages.success(request, _("%(name)s has been deleted.") % {"name": persona.name})
    return redirect("livesessions:persona_list")


@require_POST
@member_required(EDITOR)
def persona_assign(request: TenantRequest, persona_id: UUID) -> HttpResponse:
    persona = get_persona_for(request, persona_id)
    show = get_show_for(request, as_uuid(request.POST.get("show", "")))
    change_show(show=show, persona=persona)
    words = _("%(persona)s hosts %(show)s from the next live on. A live on air goes on as it began.")
    messages.success(request, words % {"persona": persona.name, "show": show.name})
    if persona.language != show.language:
        words = _("This show speaks %(language)s: the persona will too, in the show's voice.")
        messages.info(request, words % {"language": show.get_language_display()})
    return redirect("livesessions:persona_edit", persona.id)
