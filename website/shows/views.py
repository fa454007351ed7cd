"""The tabs of a show on which its persona, voice and rules are chosen."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from livesessions.access import get_show_for
from livesessions.models.shows import Show
from livesessions.shows.errors import ShowConflict
from livesessions.shows.services.shows import change_show
from livesessions.shows.voice_cache_warming import count_recorded
from moderation.models import Policy
from planner.access import get_persona_for
from planner.choices import persona_choices, sample_line
from speech.access import get_voice_for
from speech.defaults import sample_sentence
from speech.services.choices import voice_choices
from tenants.access import member_required
from tenants.http import TenantRequest, as_uuid
from tenants.models import Tenant
from tenants.roles import EDITOR
from website.shows.forms import ShowHostForm, ShowRulesForm, ShowTabForm, ShowVoiceForm
from website.shows.hearing import hear


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_host(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Choose the persona that hosts a show, and what it knows."""
    show = get_show_for(request, show_id)
    return _tab(request, show, ShowHostForm(request.POST or None, instance=show), "show_host")


@require_POST
@member_required(EDITOR)
def show_host_hear(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Let a persona be heard in the show's voice."""
    show = get_show_for(request, show_id)
    persona = get_persona_for(request, as_uuid(request.POST.get("hear", "")))
    heard = hear(request, voice=show.voice, text=sample_line(persona, show.language))
    return _heard(request, show, ShowHostForm(request.POST, instance=show), "show_host", persona.id, heard)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_voice(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Choose the voice with which a show's host speaks."""
    show = get_show_for(request, show_id)
    return _tab(request, show, ShowVoiceForm(request.POST or None, instance=show), "show_voice")


@require_POST
@member_required(EDITOR)
def show_voice_hear(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Let a voice be heard with a sentence in the show's language."""
    show = get_show_for(request, show_id)
    voice = get_voice_for(request, as_uuid(request.POST.get("hear", "")))
    heard = hear(request, voice=voice, text=sample_sentence(voice.language))
    return _heard(request, show, ShowVoiceForm(request.POST, instance=show), "show_voice", voice.id, heard)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_rules(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Choose the rules of a show, and whether its answers wait for approval."""
    show = get_show_for(request, show_id)
    return _tab(request, show, ShowRulesForm(request.POST or None, instance=show), "show_rules")


def _tab(request: TenantRequest, show: Show, form: ShowTabForm, page: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, show, form, page)
    if not form.is_valid():
        return _page(request, get_show_for(request, show.id), form, page, status=422)
    try:
        change_show(show=show, **form.changes)
    except ShowConflict as error:
        form.add_error(None, error.user_message)
        return _page(request, get_show_for(request, show.id), form, page, status=422)
    messages.success(request, _("Saved."))
    return redirect(f"website:{page}", show.id)


def _heard(
    request: TenantRequest, show: Show, form: ShowTabForm, page: str, of: UUID, heard: object
) -> HttpResponse:
    """Show what was heard: alone for htmx, otherwise on the page with what is chosen and typed in it."""
    if request.htmx:
        return render(request, "website/shows/_heard.html", {"heard": heard})
    return _page(request, show, form, page, heard=heard, heard_of=of)


def _page(
    request: TenantRequest, show: Show, form: ShowTabForm, page: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"show": show, "form": form, **_choices(request.tenant, show, page), **more}
    return render(request, f"website/shows/{page}.html", context, status=status)


def _choices(tenant: Tenant, show: Show, page: str) -> dict[str, Any]:
    match page:
        case "show_host":
            return {"choices": persona_choices(tenant=tenant, language=show.language)}
        case "show_voice":
            choices = voice_choices(tenant=tenant, language=show.language)
            return {"choices": choices, "recorded": count_recorded(show)}
        case _:
            return {"choices": list(Policy.objects.filter(tenant=tenant).order_by("created_at"))}
