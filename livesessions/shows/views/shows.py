from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.errors import PlanRefused
from livesessions.access import get_show_for
from livesessions.console.presenter import phase_of
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import latest_sessions
from livesessions.shows.forms.shows import ShowForm, ShowGamesForm, ShowSettingsForm
from livesessions.shows.services.shows import change_show, create_show
from overlay.editor.goal import GoalForm
from overlay.errors import OverlayUnreachable
from overlay.layout import clean_layout
from overlay.services import save_layout
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR, may_control


@require_safe
@member_required()
def show_list(request: TenantRequest) -> HttpResponse:
    """Show the workspace's shows; `?archived` shows those in the archive."""
    archived = "archived" in request.GET
    every = Show.objects.filter(tenant=request.tenant)
    latest = latest_sessions(request.tenant)
    rows = [_row(show, latest.get(show.id)) for show in every if show.is_archived == archived]
    rows.sort(key=lambda row: row["phase"] in ("ended", "off"))  # open lives first
    context = {
        "rows": rows,
        "archived": archived,
        "archive_size": sum(show.is_archived for show in every),
        "may_control": may_control(request),
    }
    part = "#show-rows" if request.htmx else ""
    return render(request, f"livesessions/show_list.html{part}", context)


def _row(show: Show, session: LiveSession | None) -> dict[str, Any]:
    return {"show": show, "session": session, "phase": phase_of(session).value if session else "off"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_create(request: TenantRequest) -> HttpResponse:
    form = ShowForm(request.POST or None, initial={"language": request.tenant.language})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            show = create_show(tenant=request.tenant, **form.cleaned_data)
            messages.success(request, _("Your show is ready. Choose who hosts it."))
            return redirect("website:show_detail", show.id)
        status = 422
    return render(request, "livesessions/show_create.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_edit(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    return _settings(request, show, ShowSettingsForm(request.POST or None, instance=show), "show_edit")


@require_POST
@member_required(EDITOR)
def show_mode(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Choose who sends the picture of a show's lives; it applies from the next live."""
    show = get_show_for(request, show_id)
    mode = request.POST.get("mode", "")
    if mode not in Show.Mode.values:
        messages.error(request, _("Choose who sends the picture."))
        return redirect("encoder:stream_edit", show.id)
    try:
        change_show(show=show, mode=mode)
    except PlanRefused as refusal:
        messages.error(request, refusal.user_message)
    else:
        messages.success(request, _("Saved. It applies from your next live."))
    return redirect("encoder:stream_edit", show.id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_games(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    goal = GoalForm(request.POST, layout=show.overlay.whole_layout)
    form = ShowGamesForm(request.POST or None, instance=show)
    return _settings(request, show, form, "show_games", goal)


def _settings(
    request: TenantRequest,
    show: Show,
    form: ShowSettingsForm | ShowGamesForm,
    page: str,
    goal: GoalForm | None = None,
) -> HttpResponse:
    """Save a tab's forms, or show the tab; an invalid form has left its values on the show."""
    status = 200
    if request.method == "POST":
        is_goal_valid = goal is None or not goal.is_bound or goal.is_valid()
        if form.is_valid() and is_goal_valid:  # both are asked first, so that each names its errors
            change_show(show=show, **form.changes)
            if goal and goal.is_bound and goal.has_changed():
                _save_goal(request, show, goal)
            messages.success(request, _("Saved."))
            return redirect(f"livesessions:{page}", show.id)
        show = get_show_for(request, show.id)
        status = 422
    context = {"form": form, "goal_form": goal, "show": show}
    return render(request, f"livesessions/{page}.html", context, status=status)


def _save_goal(request: TenantRequest, show: Show, form: GoalForm) -> None:
    layout = clean_layout(form.layout, picture=show.overlay.picture_url)
    try:
        save_layout(overlay=show.overlay, layout=layout)
    except OverlayUnreachable:
        messages.warning(request, _("Saved. Reload the overlays that are open now to see the change."))
