"""The kill switch of a live: its own page, which needs no JavaScript, and the part that the console loads."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from livesessions.access import get_session_for
from livesessions.errors import SessionConflict
from livesessions.kill.acknowledgements import progress_of
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR

PAGE = "livesessions/session_kill.html"
PART = "livesessions/_kill_progress.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def session_kill(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Ask whether to end the live; a POST ends it. The console's script receives the progress alone."""
    session = get_session_for(request, session_id)
    conflict = ""
    if request.method == "POST":
        try:
            session = kill_session(session=session, way=Kill.Way.CONSOLE)
        except SessionConflict as error:
            conflict = error.user_message
    if request.htmx:
        return _progress(request, session, status=409 if conflict else 200)
    if request.method == "POST" and not conflict:
        return redirect("livesessions:session_kill", session.id)
    context = {"session": session, "progress": progress_of(session), "conflict": conflict}
    return render(request, PAGE, context, status=409 if conflict else 200)


@never_cache
@require_safe
@member_required(EDITOR)
def kill_progress(request: TenantRequest, session_id: UUID) -> HttpResponse:
    """Show which parts of the live have stopped so far."""
    return _progress(request, get_session_for(request, session_id))


def _progress(request: TenantRequest, session: LiveSession, *, status: int = 200) -> HttpResponse:
    return render(request, PART, {"session": session, "progress": progress_of(session)}, status=status)
