"""The end of the wizard: a live with a simulated chat, heard on the page itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.errors import PlanRefused
from livesessions.console.presenter import phase_of
from livesessions.errors import SessionConflict
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import stop_session
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.models import Membership
from website.wizard.progress import finish, is_finished, links
from website.wizard.services import first_show, open_live, start_rehearsal

ADMIN = Membership.Role.ADMIN
PAGE = "website/wizard/rehearsal.html"
SHOWN_REPLIES = 3


@never_cache
@require_safe
@member_required(ADMIN)
def rehearsal(request: TenantRequest) -> HttpResponse:
    """Show the overlay's player, and what the host has said so far."""
    show = first_show(request.tenant)
    context = _context(show)
    if request.htmx:
        if context["was_heard"]:
            finish(request.tenant)
        return render(request, f"{PAGE}#rehearsal-state", context)
    context["steps"] = links(request.tenant, None)
    context["overlay_path"] = reverse("overlay:page", args=[show.overlay.token])
    return render(request, PAGE, context)


@require_POST
@member_required(ADMIN)
def rehearsal_start(request: TenantRequest) -> HttpResponse:
    show = first_show(request.tenant)
    try:
        start_rehearsal(show=show)
    except (SessionConflict, PlanRefused) as conflict:
        if request.htmx:
            return render(
                request, f"{PAGE}#rehearsal-state", {"refusal": str(conflict)}, status=conflict.status
            )
        messages.error(request, str(conflict))
    return (
        render(request, f"{PAGE}#rehearsal-state", _context(show))
        if request.htmx
        else redirect("website:rehearsal")
    )


@require_POST
@member_required(ADMIN)
def rehearsal_end(request: TenantRequest) -> HttpResponse:
    """End the rehearsal; also sent by the page when it is left."""
    show = first_show(request.tenant)
    session = open_live(show, source=LiveSession.Source.SIMULATOR)
    if session is not None:
        stop_session(session=session)
    finish(request.tenant)
    messages.success(request, _("The rehearsal has ended. Your show is ready."))
    return redirect("website:show_detail", show.id)


def _context(show: Show) -> dict[str, Any]:
    session = open_live(show)
    is_rehearsal = session is not None and session.source == LiveSession.Source.SIMULATOR
    replies = list(Reply.objects.filter(session=session).exclude(text="")[:SHOWN_REPLIES]) if session else []
    return {
        "show": show,
        "session": session,
        "is_rehearsal": is_rehearsal,
        "phase": phase_of(session).value if session else "",
        "replies": replies[::-1],
        "was_heard": any(reply.heard_started_at for reply in replies),
        "is_finished": is_finished(show.tenant),
    }
