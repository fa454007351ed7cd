"""The page from which a live goes on air, with its checklist."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.errors import PlanRefused
from livesessions.access import get_show_for
from livesessions.errors import SessionConflict, shopping_live, show_is_archived
from livesessions.models.checks import CheckKind
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import plan_length_s
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR
from website.golive.checks import checks_of
from website.golive.forms import GoLiveForm, open_checks
from website.golive.runs import RUNS, run_check
from website.golive.services import go_on_air

PAGE = "website/go_live.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def go_live(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show the checklist; start a live when every check is passed or waived.

    A live with a simulated chat is a rehearsal: its checks are shown and not required.
    """
    show = get_show_for(request, show_id)
    if request.method != "POST":
        asked = {name: request.GET[name] for name in ("source",) if name in request.GET}
        return _page(request, show, GoLiveForm(show=show, initial=asked))
    form = GoLiveForm(request.POST, show=show)
    if not form.is_valid():
        return _page(request, show, form, status=422)
    return _go_on_air(request, show, form)


def _go_on_air(request: TenantRequest, show: Show, form: GoLiveForm) -> HttpResponse:
    source, waived = form.cleaned_data["source"], form.cleaned_data["waived"]
    checks = checks_of(show, source=source)
    missing = open_checks(checks, waived=waived) if source != LiveSession.Source.SIMULATOR else []
    if missing:
        form.add_error(None, _("Not on air yet: pass each check below, or tick that you go without it."))
        return _page(request, show, form, status=422, missing={check.kind.value for check in missing})
    ticked = [check.kind for check in checks if not check.is_done and check.kind.value in waived]
    try:
        session = go_on_air(
            show=show, user=request.user, source=source, source_options=form.source_options, waived=ticked
        )
    except (SessionConflict, PlanRefused) as refusal:
        form.add_error(None, refusal.user_message)
        return _page(request, show, form, status=refusal.status)
    return redirect("livesessions:session_detail", session.id)


@require_POST
@member_required(EDITOR)
def check_run(request: TenantRequest, show_id: UUID, kind: str) -> HttpResponse:
    """Run one check, and show the page again as it was filled in."""
    show = get_show_for(request, show_id)
    if kind not in CheckKind.values or CheckKind(kind) not in RUNS:
        raise Http404
    result = run_check(request, show, CheckKind(kind))
    filled = GoLiveForm(request.POST, show=show)
    chosen = {"source": filled.chosen_source, "waived": filled.waived_kinds}
    if rate := request.POST.get("rate_per_minute"):
        chosen["rate_per_minute"] = rate
    form = GoLiveForm(show=show, initial=chosen)
    return _page(request, show, form, ran=kind, result=result)


def _page(
    request: TenantRequest, show: Show, form: GoLiveForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    refusal = show_is_archived() if show.is_archived else shopping_live() if show.is_shopping else None
    still_open = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
    context = {
        "show": show,
        "form": form,
        "checks": checks_of(show, source=LiveSession.Source.TIKTOK),
        "still_open": still_open,
        "refusal": refusal,
        "plan_minutes": plan_length_s(show) / 60,
        **more,
    }
    part = "#go-live" if request.htmx else ""
    return render(request, f"{PAGE}{part}", context, status=status)
