from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from livesessions.access import get_show_for
from livesessions.console.presenter import phase_of
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import latest_sessions
from livesessions.shows.forms.shows import ShowForm, ShowSettingsForm
from livesessions.shows.services.shows import change_show, create_show
from livesessions.shows.voice_cache_warming import count_recorded
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control


@require_safe
@member_required()
def show_list(request: TenantRequest) -> HttpResponse:
    shows = Show.objects.filter(tenant=request.tenant)
    latest = latest_sessions(request.tenant)
    rows = [_row(show, latest.get(show.id)) for show in shows]
    rows.sort(key=lambda row: row["phase"] in ("ended", "off"))  # open lives first
    context = {"rows": rows, "may_control": may_control(request)}
    part = "#show-rows" if request.htmx else ""
    return render(request, f"livesessions/show_list.html{part}", context)


def _row(show: Show, session: LiveSession | None) -> dict[str, Any]:
    return {"show": show, "session": session, "phase": phase_of(session).value if session else "off"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_create(request: TenantRequest) -> HttpResponse:
    form = ShowForm(request.POST or None, initial={"language": request.tenant.language})
    if request.method == "POST" and form.is_valid():
        show = create_show(tenant=request.tenant, **form.cleaned_data)
        messages.success(request, _next_steps(show))
        return redirect("livesessions:session_create", show.id)
    return render(request, "livesessions/show_create.html", {"form": form})


def _next_steps(show: Show) -> SafeString:
    guide = reverse("livesessions:show_setup", args=[show.id])
    ready, following = _("Your show is ready. Go live when you are."), _("Next: put it in OBS")
    return format_html('{} <a href="{}">{}</a>', ready, guide, following)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_edit(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    name = show.name
    form = ShowSettingsForm(request.POST or None, instance=show)
    if request.method == "POST" and form.is_valid():
        change_show(show=show, **form.changes)
        messages.success(request, _("Saved."))
        return redirect("livesessions:show_list")
    # An invalid form has left its values on the show.
    recorded = None if form.is_bound else count_recorded(show)
    context = {"form": form, "show": show, "name": name, "recorded": recorded}
    return render(request, "livesessions/show_edit.html", context)
